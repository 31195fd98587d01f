//! Where the links of security mails land, and asking for one.

use super::form::Form;
use super::{Acted, Call, Site, dead_link, plain, redirect};
use crate::access::{accounts, credentials, suppressed};
use crate::graphql::{cookies, device_cookie};
use crate::runtime::Error;
use poem::Response;
use poem::http::{HeaderValue, StatusCode, header};

pub(super) fn ask_for_account(call: &Call) -> Result<Response, Error> {
    Form::new("Make an account")
        .says("We mail you a link: follow it to choose a password.")
        .email(call.typed("email"))
        .name(call.typed("name"))
        .button("Mail me a link")
        .link("/account/sign-in", "Sign in instead")
        .answer(call)
}

pub(super) async fn mail_account(site: &Site, call: &Call) -> Acted {
    let (email, name) = (call.typed("email"), call.typed("name"));
    accounts::register(&site.app, email, name, &call.origin)
        .await
        .map_err(plain)?;
    Ok(on_its_way(email)?)
}

pub(super) fn ask_for_reset(call: &Call) -> Result<Response, Error> {
    Form::new("Choose a new password")
        .says("We mail you a link: follow it to choose a new password.")
        .email(call.typed("email"))
        .button("Mail me a link")
        .link("/account/sign-in", "Sign in instead")
        .answer(call)
}

pub(super) async fn mail_reset(site: &Site, call: &Call) -> Acted {
    let email = call.typed("email");
    credentials::request_reset(&site.app, email, &call.origin)
        .await
        .map_err(plain)?;
    Ok(on_its_way(email)?)
}

/// The same whether the address has an account or not: the mail tells.
fn on_its_way(email: &str) -> Result<Response, Error> {
    Form::new("A mail is on its way")
        .says(format!("It goes to {email}, and says what to do next."))
        .says("If it does not come in a few minutes, look among unwanted mail, and whether the address is right.")
        .page(StatusCode::OK)
}

pub(super) async fn ask_register(site: &Site, call: &Call) -> Result<Response, Error> {
    let Some((email, name)) = accounts::registration(&site.app, &call.token).await? else {
        return dead_link("/account/register");
    };
    let typed = call.typed.iter().any(|(field, _)| field == "name");
    Form::new("Complete your account")
        .about(&email)
        .name(if typed { call.typed("name") } else { &name })
        .new_password()
        .button("Make my account")
        .answer(call)
}

pub(super) async fn register(site: &Site, call: &Call) -> Acted {
    let (name, password) = (call.typed("name"), call.typed("password"));
    let session = accounts::confirm(&site.app, &call.token, Some(name), password, &call.origin)
        .await
        .map_err(plain)?;
    Ok(redirect("/account", &cookies(&site.app, &session)))
}

pub(super) async fn ask_reset(site: &Site, call: &Call) -> Result<Response, Error> {
    let Some(email) = credentials::resetting(&site.app, &call.token).await? else {
        return dead_link("/account/reset");
    };
    Form::new("Choose a new password")
        .says("Everybody who is signed in as you is signed out by it. A second factor stays as it is.")
        .about(&email)
        .new_password()
        .button("Change my password")
        .answer(call)
}

pub(super) async fn reset(site: &Site, call: &Call) -> Acted {
    let device = credentials::reset(&site.app, &call.token, call.typed("password"))
        .await
        .map_err(plain)?;
    let mut answer = Form::new("Your password was changed")
        .says("Everybody who was signed in as you was signed out.")
        .link("/account/sign-in", "Sign in with the new password")
        .page(StatusCode::OK)?;
    let cookie = HeaderValue::try_from(device_cookie(&site.app, &device)).map_err(Error::fault)?;
    answer.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(answer)
}

pub(super) async fn ask_email(site: &Site, call: &Call) -> Result<Response, Error> {
    let Some(email) = credentials::moving(&site.app, &call.token).await? else {
        return dead_link("");
    };
    Form::new("Use this address")
        .says("Your account moves to it: you sign in with it, and mails go there from now on.")
        .about(&email)
        .button("Move my account")
        .answer(call)
}

pub(super) async fn email(site: &Site, call: &Call) -> Acted {
    let email = credentials::confirm_email(&site.app, &call.token)
        .await
        .map_err(plain)?;
    Ok(Form::new("Your account has moved")
        .says(format!("Sign in with {email} from now on."))
        .link("/account", "Your account")
        .page(StatusCode::OK)?)
}

pub(super) async fn ask_alerts(site: &Site, call: &Call) -> Result<Response, Error> {
    let Some(email) = suppressed::lifting(&site.app, &call.token).await? else {
        return dead_link("");
    };
    Form::new("Have alerts sent again")
        .says("A mail from this address came back, or was reported as unwanted: alerts are not sent to it.")
        .about(&email)
        .button("Send me alerts")
        .answer(call)
}

pub(super) async fn alerts(site: &Site, call: &Call) -> Acted {
    let email = suppressed::lift(&site.app, &call.token).await.map_err(plain)?;
    Ok(Form::new("Alerts are sent again")
        .says(format!("They go to {email}, as your saved searches have it."))
        .link("/account", "Your account")
        .page(StatusCode::OK)?)
}
