//! A pilot that is public: what is to be tried, how bids are judged, by when they are due, and what became of it.

use super::{Told, fact, in_graphiql, lines};
use crate::access::Viewer;
use crate::alerts::words;
use crate::councils::directory;
use crate::graphql::ids::{Id, Sort};
use crate::pilots::questions::{self, Question, State};
use crate::pilots::{
    self, Criterion, CriterionKind, Phase, Pilot, PriceFormula, Reservation, TieRule, addenda,
};
use crate::runtime::clock::{in_words, london_date};
use crate::runtime::letter::{day, pounds};
use crate::runtime::{App, Error};
use minijinja::{Value, context};
use uuid::Uuid;

pub(super) async fn page(app: App, id: Uuid) -> Result<Told, Error> {
    let Some(pilot) = pilots::one(&app, &Viewer::Anonymous, id).await? else {
        return Ok(None);
    };
    let questions = questions::of_pilot(&app, &Viewer::Anonymous, &pilot).await?;
    let public = |question: &Question| question.state == State::AnsweredAndPublished;
    let questions: Vec<Value> = questions
        .into_iter()
        .filter(public)
        .map(|question| context! { question => question.question, answer => question.answer })
        .collect();
    let addenda = addenda::of(&app, &[pilot.id]).await?.remove(&pilot.id);
    let addenda: Vec<Value> = addenda
        .unwrap_or_default()
        .into_iter()
        .map(|added| context! { number => added.number, on => day(london_date(added.published_at)), text => added.text })
        .collect();
    let phase = pilot.phase(app.clock.now());
    let said = &pilot.said;
    let wants = context! {
        title => &said.title,
        council => directory().by_id(pilot.council_id).map(|council| council.facts.name),
        facts => facts(&pilot, phase),
        addenda,
        texts => [("What is to be tried", &said.summary), ("What makes it a success", &said.success_measures)]
            .map(|(heading, text)| context! { heading, text }),
        criteria => said.criteria.iter().map(|of| criterion(of, said.price_formula)).collect::<Vec<_>>(),
        questions,
        outcome => pilot.outcome_reason.as_ref().filter(|_| ended(phase)),
        contract => pilot.contract_id.map(|id| format!("/contract/{}", id.simple())),
        need => said.need_id.map(|id| format!("/need/{}", id.simple())),
        api => in_graphiql(&query(id)),
    };
    Ok(Some(("pilot.html", wants)))
}

fn ended(phase: Phase) -> bool {
    matches!(
        phase,
        Phase::Standstill | Phase::Awarded | Phase::NoneSuitable | Phase::Cancelled
    )
}

fn facts(pilot: &Pilot, phase: Phase) -> Vec<Value> {
    let said = &pilot.said;
    let service = said.lgsl.and_then(|code| directory().service(code));
    let weeks = words::count(i64::from(said.weeks), "week", "weeks");
    lines([
        fact("State", Some(state(phase).to_owned()), None),
        fact(
            "Questions are taken before",
            said.questions_until.map(in_words),
            None,
        ),
        fact("Bids are due before", pilot.deadline_at.map(in_words), None),
        fact("Bidders are to be told on", said.award_on.map(day), None),
        fact("Work starts on", said.starts_on.map(day), None),
        fact(
            "Who may bid",
            Some(reservation(said.reservation).to_owned()),
            None,
        ),
        fact("Why it may be reserved", pilot.lawful_because.clone(), None),
        fact(
            "Worth at most",
            Some(format!("{}, without VAT", pounds(said.cap_pence))),
            None,
        ),
        fact("Runs for", Some(weeks), None),
        fact("Stop or scale is decided on", said.decides_on.map(day), None),
        fact("Works with", said.systems.clone(), None),
        fact(
            "When totals are alike",
            Some(ties(said.tie_rule).to_owned()),
            None,
        ),
        fact("Service", service.map(|service| service.name.to_owned()), None),
        fact("CPV code", said.cpv.clone(), None),
    ])
}

fn criterion(criterion: &Criterion, formula: PriceFormula) -> Value {
    let kind = match (criterion.kind, formula) {
        (CriterionKind::Quality, _) => "quality, scored by evaluators",
        (_, PriceFormula::LowestOverPrice) => "price: the lowest over the bid\u{2019}s, times 100",
        (_, PriceFormula::LowestToCap) => "price: a straight line from 100 for the lowest to 0 at the cap",
        (_, PriceFormula::ShareOfCap) => "price: what is saved of the cap, out of 100",
    };
    context! { name => &criterion.name, kind, weight => criterion.weight, description => &criterion.description }
}

fn ties(rule: TieRule) -> &'static str {
    match rule {
        TieRule::QualityPriceReceipt => {
            "The higher score for quality wins, then the lower price, then the earlier bid"
        }
        TieRule::DrawnLots => "Lots are drawn, and how is on the record",
    }
}

fn state(phase: Phase) -> &'static str {
    match phase {
        Phase::Open => "Open: bids are taken",
        Phase::Closed => "Closed: bids are in",
        Phase::Evaluating => "Bids are being scored",
        Phase::Standstill => "Awarded, and in its standstill",
        Phase::Awarded => "Awarded",
        Phase::NoneSuitable => "Decided: no bid was chosen",
        Phase::Cancelled => "Cancelled",
        Phase::Draft | Phase::InReview | Phase::Withdrawn => "Not published",
    }
}

fn reservation(reservation: Reservation) -> &'static str {
    match reservation {
        Reservation::None => "Anybody",
        Reservation::Sme => "Small and medium enterprises",
        Reservation::Vcse => "Voluntary, community and social enterprises",
        Reservation::Local => "Suppliers of the council\u{2019}s own or a bordering area",
    }
}

fn query(id: Uuid) -> String {
    format!(
        "query Pilot {{\n  pilot(id: \"{}\") {{\n    title\n    summary\n    successMeasures\n    capPence\n    weeks\n    \
         reservation\n    deadlineAt\n    phase\n    criteria {{ name kind weight }}\n    questions {{ question answer }}\n    addenda {{ number text publishedAt }}\n    \
         outcomeReason\n    council {{ name }}\n  }}\n}}\n",
        Id::new(Sort::Pilot, id)
    )
}
