//! Files of bids: `/bids/attachments/<token>`, by a link that the graph gave, opened by whom it gave it to. What is
//! answered is for saving, never for showing: no browser runs, frames, guesses at or keeps it.

use super::graphql::{bearer, cookie};
use super::{Site, shell};
use crate::access::sessions;
use crate::graphql::SESSION_COOKIE;
use crate::pilots::attachments::{self, Attachment, links};
use crate::runtime::Error;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use poem::endpoint::{BoxEndpoint, make};
use poem::http::header;
use poem::{EndpointExt, Request, Response, get};

/// A token of ours is shorter.
const TOKEN: usize = 160;
/// What RFC 8187 leaves as it is.
const NAME: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

pub(super) fn endpoint(site: &Site) -> BoxEndpoint<'static, Response> {
    let site = site.clone();
    let give = make(move |request| {
        let site = site.clone();
        async move { give(&site, &request).await.map_err(shell::failed) }
    });
    get(give).boxed()
}

async fn give(site: &Site, request: &Request) -> Result<Response, Error> {
    let token: String = request.path_params().map_err(|_| Error::NotFound)?;
    if token.len() > TOKEN {
        return Err(Error::NotFound);
    }
    let session = bearer(request).or_else(|| cookie(&site.app, request, SESSION_COOKIE));
    let viewer = sessions::viewer_of(&site.app, session.as_deref()).await?;
    viewer.person().ok_or(Error::NotSignedIn)?;
    let target = links::read(&site.app, &viewer, &token).ok_or(Error::NotFound)?;
    let (file, content) =
        attachments::opened(&site.app, &viewer, site.attachments, target.pilot, &target.sha256).await?;
    Ok(answer(&file, content))
}

fn answer(file: &Attachment, content: Vec<u8>) -> Response {
    Response::builder()
        .header(header::CONTENT_TYPE, &file.media_type)
        .header(header::CONTENT_DISPOSITION, disposition(&file.name))
        .header(header::CACHE_CONTROL, "no-store")
        .header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; sandbox",
        )
        .header(header::REFERRER_POLICY, "no-referrer")
        .header("x-robots-tag", "noindex")
        .body(content)
}

/// The name for programs that read RFC 8187, and one of plain letters for the others.
fn disposition(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "-._ ()".contains(c) {
            c
        } else {
            '_'
        }
    };
    let simple: String = name.chars().map(plain).collect();
    let whole = utf8_percent_encode(name, NAME);
    format!("attachment; filename=\"{simple}\"; filename*=UTF-8''{whole}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_say_more_than_a_name() {
        assert_eq!(
            disposition("Prix \"été\"; x=1.pdf"),
            "attachment; filename=\"Prix __t___ x_1.pdf\"; filename*=UTF-8''Prix%20%22%C3%A9t%C3%A9%22%3B%20x%3D1.pdf"
        );
    }
}
