//! The pages behind the links of alert mails: what somebody is told of and how often, and all that a mail told.
//!
//! The link is the leave: no session is asked for. Reading changes nothing, because mail scanners follow links; a form
//! pauses, resumes or sets how often mails come, and can do nothing else.

use super::{Site, pages, shell, unsubscribe};
use crate::alerts::choices::{self, Choice, Choices};
use crate::alerts::rhythm::{Frequency, Rhythm};
use crate::alerts::searches::{Origin, SavedSearch, State};
use crate::alerts::{told, words};
use crate::runtime::clock::in_words;
use crate::runtime::{Error, Stop};
use chrono::{DateTime, Utc};
use minijinja::{Value, context};
use poem::endpoint::{BoxEndpoint, make};
use poem::http::{StatusCode, header};
use poem::{EndpointExt, Request, Response, Route, get};
use std::time::Duration;
use uuid::Uuid;

/// A choice and its version.
const BODY: usize = 4 * 1024;
/// A form that drips in for longer than this is given up.
const READING: Duration = Duration::from_secs(10);

const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

pub(super) fn routes(route: Route, site: &Site) -> Route {
    route
        .at("/alerts/:token", choosing(site))
        .at("/alerts/:token/told", telling(site))
}

fn choosing(site: &Site) -> BoxEndpoint<'static, Response> {
    let (asking, doing) = (site.clone(), site.clone());
    let shown = make(move |request: Request| {
        let site = asking.clone();
        async move { show(&site, &request).await.map_err(shell::failed) }
    });
    let done = make(move |request: Request| {
        let site = doing.clone();
        async move { choose(&site, request).await }
    });
    get(shown).post(done).boxed()
}

fn telling(site: &Site) -> BoxEndpoint<'static, Response> {
    let site = site.clone();
    let shown = make(move |request: Request| {
        let site = site.clone();
        async move { tell(&site, &request).await.map_err(shell::failed) }
    });
    get(shown).boxed()
}

async fn show(site: &Site, request: &Request) -> Result<Response, Error> {
    let changed = typed(request.uri().query().unwrap_or_default().as_bytes());
    let changed = field(&changed, "changed").and_then(|id| Uuid::try_parse(id).ok());
    match known(site, request).await? {
        Some((token, choices)) => page(StatusCode::OK, &token, &choices, changed, None),
        None => Ok(unsubscribe::unknown()),
    }
}

/// The token of a link that is ours, and what its owner is told of.
async fn known(site: &Site, request: &Request) -> Result<Option<(String, Choices)>, Error> {
    let Some(token) = unsubscribe::token(request) else {
        return Ok(None);
    };
    let choices = choices::choices(&site.app, &token).await?;
    Ok(choices.map(|choices| (token, choices)))
}

async fn choose(site: &Site, mut request: Request) -> poem::Result<Response> {
    let body = request.take_body().into_bytes_limit(BODY);
    let body = tokio::time::timeout(READING, body)
        .await
        .map_err(|_| poem::Error::from_status(StatusCode::REQUEST_TIMEOUT))??;
    let Some((token, choices)) = known(site, &request).await.map_err(shell::failed)? else {
        return Ok(unsubscribe::unknown());
    };
    let Some((search, version, choice)) = read(&typed(&body)) else {
        let problem = "That was not understood. Nothing was changed: choose again.";
        return page(StatusCode::BAD_REQUEST, &token, &choices, None, Some(problem)).map_err(shell::failed);
    };
    match choices::choose(&site.app, &token, search, version, choice).await {
        Ok(_) => Ok(Response::builder()
            .status(StatusCode::SEE_OTHER)
            .header(
                header::LOCATION,
                format!("/alerts/{token}?changed={}#{0}", search.simple()),
            )
            .header(header::CACHE_CONTROL, "no-store")
            .finish()),
        Err(Stop::Failed(Error::NotFound)) => Ok(unsubscribe::unknown()),
        Err(Stop::Failed(error)) => Err(shell::failed(error)),
        Err(Stop::Refused(refusals)) => {
            let conflict = refusals.iter().any(|refusal| refusal.current_version.is_some());
            let (status, problem) = if conflict {
                let problem = "This was changed elsewhere meanwhile. See how it is now, and choose again.";
                (StatusCode::CONFLICT, problem.to_owned())
            } else {
                let said: Vec<&str> = refusals.iter().map(|refusal| refusal.message.as_ref()).collect();
                (StatusCode::BAD_REQUEST, said.join("; "))
            };
            // As it is now.
            let choices = choices::choices(&site.app, &token).await.map_err(shell::failed)?;
            match choices {
                Some(choices) => page(status, &token, &choices, None, Some(&problem)).map_err(shell::failed),
                None => Ok(unsubscribe::unknown()),
            }
        }
    }
}

/// What a form asks for: of which search, based on which version, and what.
fn read(typed: &[(String, String)]) -> Option<(Uuid, i32, Choice)> {
    let field = |name| field(typed, name);
    let number = |name| field(name)?.parse::<u8>().ok();
    let choice = match field("do")? {
        "pause" => Choice::Pause,
        "resume" => Choice::Resume,
        "mails" => Choice::Mails(Rhythm {
            frequency: Frequency::parse(field("frequency")?)?,
            hour: number("hour")?,
            weekday: number("weekday")?,
        }),
        _ => return None,
    };
    Some((
        Uuid::try_parse(field("search")?).ok()?,
        field("version")?.parse().ok()?,
        choice,
    ))
}

/// The fields of a form or a query. PostgreSQL stores no U+0000, and no honest text has it.
fn typed(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes)
        .into_owned()
        .filter(|(_, value)| !value.contains('\0'))
        .collect()
}

fn field<'a>(typed: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = typed.iter().find(|(told, _)| told == name);
    found.map(|(_, value)| value.as_str())
}

fn page(
    status: StatusCode,
    token: &str,
    choices: &Choices,
    changed: Option<Uuid>,
    problem: Option<&str>,
) -> Result<Response, Error> {
    let asked = choices.asked.iter();
    let wants = context! {
        address => &choices.address,
        asked => asked.map(|search| card(search, changed)).collect::<Vec<_>>(),
        active => choices.asked.iter().any(|search| search.state == State::Active),
        problem,
        action => format!("/alerts/{token}"),
        told => format!("/alerts/{token}/told"),
        unsubscribe => &choices.unsubscribe,
        hours => (0..24).map(|hour| format!("{hour:02}:00")).collect::<Vec<_>>(),
        days => DAYS,
    };
    pages::page(status, "alerts.html", wants)
}

fn card(search: &SavedSearch, changed: Option<Uuid>) -> Value {
    let Rhythm {
        frequency,
        hour,
        weekday,
    } = search.rhythm;
    let day = DAYS
        .get(usize::from(weekday).wrapping_sub(1))
        .copied()
        .unwrap_or_default();
    context! {
        id => search.id.simple().to_string(),
        version => search.version,
        name => &search.name,
        origin => match search.origin {
            Origin::Search => "You saved this search",
            Origin::Watch => "You watch this",
            Origin::Owner => "It stands for whoever looks after contracts",
            Origin::Bidder => "It stands for the people of suppliers that bid",
            Origin::Holder => "It stands for the people of suppliers that hold certificates or insurance",
        },
        looks_for => choices::in_words(&search.filter)
            .into_iter()
            .map(|(label, said)| context! { label, said })
            .collect::<Vec<_>>(),
        state => search.state.as_str(),
        mails => match frequency {
            Frequency::AtOnce => "Mails come at once".to_owned(),
            Frequency::Daily => format!("Mails come daily at {hour:02}:00, London time"),
            Frequency::Weekly => format!("Mails come weekly, on {day} at {hour:02}:00, London time"),
        },
        frequency => frequency.as_str(),
        hour,
        weekday,
        changed => changed == Some(search.id),
    }
}

async fn tell(site: &Site, request: &Request) -> Result<Response, Error> {
    let Some(token) = unsubscribe::token(request) else {
        return Ok(unsubscribe::unknown());
    };
    let query = typed(request.uri().query().unwrap_or_default().as_bytes());
    let number = field(&query, "page").and_then(|page| page.parse().ok());
    let number: usize = number.unwrap_or(1).max(1);
    if let Some(with) = field(&query, "with") {
        let with = with.parse().unwrap_or_default();
        return match told::written_with(&site.app, &token, with).await? {
            Some(at) => one_mail(site, &token, at, number).await,
            None => Ok(unsubscribe::unknown()),
        };
    }
    match field(&query, "at") {
        None => every_mail(site, &token, number).await,
        Some(at) => match at.parse().ok().and_then(DateTime::from_timestamp_micros) {
            Some(at) => one_mail(site, &token, at, number).await,
            None => Ok(unsubscribe::unknown()),
        },
    }
}

async fn every_mail(site: &Site, token: &str, number: usize) -> Result<Response, Error> {
    let Some(found) = told::mails(&site.app, token, number).await? else {
        return Ok(unsubscribe::unknown());
    };
    let mail = |mail: told::Mail| {
        let many = i64::try_from(mail.count).unwrap_or(i64::MAX);
        context! {
            subject => mail.subject,
            written => in_words(mail.written_at),
            count => words::count(many, "line", "lines"),
            url => format!("/alerts/{token}/told?at={}", mail.written_at.timestamp_micros()),
        }
    };
    let wants = context! {
        mails => found.mails.into_iter().map(mail).collect::<Vec<_>>(),
        settings => format!("/alerts/{token}"),
        pages => turning(number, found.pages, &format!("/alerts/{token}/told?")),
    };
    pages::page(StatusCode::OK, "told.html", wants)
}

async fn one_mail(site: &Site, token: &str, at: DateTime<Utc>, number: usize) -> Result<Response, Error> {
    let Some(telling) = told::told(&site.app, token, at, number).await? else {
        return Ok(unsubscribe::unknown());
    };
    let line = |line: told::Line| {
        context! {
            title => line.title, marks => line.marks, url => line.url, action => line.action, change => line.change, void => line.void,
        }
    };
    let mut last = "";
    let mut groups = Vec::new();
    for group in telling.groups {
        let council = (group.council != last).then_some(group.council);
        last = group.council;
        groups.push(context! {
            council,
            name => group.name,
            total => words::number(group.total),
            lines => group.lines.into_iter().map(line).collect::<Vec<_>>(),
        });
    }
    let many = i64::try_from(telling.count).unwrap_or(i64::MAX);
    let wants = context! {
        written => in_words(at),
        count => words::count(many, "line", "lines"),
        groups,
        every => format!("/alerts/{token}/told"),
        settings => format!("/alerts/{token}"),
        pages => turning(number, telling.pages, &format!("/alerts/{token}/told?at={}&", at.timestamp_micros())),
    };
    pages::page(StatusCode::OK, "told.html", wants)
}

/// Where the pages before and after one are.
fn turning(number: usize, pages: usize, start: &str) -> Value {
    let to = |number: usize| format!("{start}page={number}");
    context! {
        number,
        pages,
        before => (number > 1).then(|| to(number - 1)),
        after => (number < pages).then(|| to(number + 1)),
    }
}
