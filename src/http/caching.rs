//! What has not changed is not sent twice: tags and times by which whoever has an answer already asks again (RFC 9110,
//! section 13).

use chrono::{DateTime, Timelike, Utc};
use poem::http::{HeaderMap, HeaderName, header};

/// As RFC 9110 writes instants.
const INSTANT: &str = "%a, %d %b %Y %H:%M:%S GMT";

/// An instant as a header has it.
pub(super) fn http_date(at: DateTime<Utc>) -> String {
    at.format(INSTANT).to_string()
}

/// Whether who asks has this already: by its tag, and only without one by its time (RFC 9110, section 13.2.2), if it has
/// one that never goes back.
pub(super) fn knows(asked: &HeaderMap, etag: &str, changed_at: Option<DateTime<Utc>>) -> bool {
    let text = |name: HeaderName| asked.get(name).and_then(|value| value.to_str().ok());
    if asked.contains_key(header::IF_NONE_MATCH) {
        let tag = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let mut tags = asked.get_all(header::IF_NONE_MATCH).iter();
        return tags.any(|value| {
            let mut each = value.to_str().unwrap_or_default().split(',').map(tag);
            each.any(|one| one == "*" || one == tag(etag))
        });
    }
    let since = text(header::IF_MODIFIED_SINCE).and_then(|at| DateTime::parse_from_rfc2822(at).ok());
    let changed_at = changed_at.and_then(|at| at.with_nanosecond(0));
    since
        .zip(changed_at)
        .is_some_and(|(since, changed_at)| changed_at <= since)
}
