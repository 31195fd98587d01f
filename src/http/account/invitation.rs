//! Where an invitation lands: accepted by the account of its address, or with a new one.
//!
//! A mail program that opens the link in a browser counts as another site, so the session's cookie does not come with
//! it. The page is therefore the same whoever is signed in; its form, sent from our own page, tells.

use super::form::Form;
use super::{Acted, Call, Site, dead_link, plain, redirect};
use crate::access::Membership;
use crate::access::invitations::{self, Invitation};
use crate::access::tokens::Organisation;
use crate::graphql::{called, cookies};
use crate::runtime::Error;
use poem::Response;

pub(super) async fn ask(site: &Site, call: &Call) -> Result<Response, Error> {
    let Some((invitation, has_account)) = invitations::look(&site.app, &call.token).await? else {
        return dead_link("");
    };
    let form = Form::new("An invitation").says(words(site, &invitation).await?);
    if has_account {
        return form
            .about(&invitation.email)
            .button("Accept")
            .link(&sign_in(call), "Sign in as somebody else")
            .answer(call);
    }
    form.says("This address has no account yet: accepting makes one.")
        .about(&invitation.email)
        .name(call.typed("name"))
        .new_password()
        .button("Make my account and accept")
        .answer(call)
}

async fn words(site: &Site, invitation: &Invitation) -> Result<String, Error> {
    let of = called(&site.app, Organisation::of(&invitation.membership)).await?;
    let role = match invitation.membership {
        Membership::Council(_, role) => role.as_str(),
        Membership::Supplier(_, role) => role.as_str(),
    };
    Ok(format!(
        "You are invited to act for {of} on Guildhall, as {role}."
    ))
}

fn sign_in(call: &Call) -> String {
    format!("/account/sign-in?next=/account/invitation/{}", call.token)
}

pub(super) async fn act(site: &Site, call: &Call) -> Acted {
    let app = &site.app;
    match invitations::look(app, &call.token).await? {
        Some((_, true)) if call.viewer.person().is_none() => Ok(redirect(&sign_in(call), &[])),
        Some((_, true)) => {
            invitations::accept(app, &call.viewer, &call.token)
                .await
                .map_err(plain)?;
            Ok(redirect("/account", &[]))
        }
        _ => {
            let (name, password) = (call.typed("name"), call.typed("password"));
            let session = invitations::accept_as_new(app, &call.token, name, password, &call.origin)
                .await
                .map_err(plain)?;
            Ok(redirect("/account", &cookies(app, &session)))
        }
    }
}
