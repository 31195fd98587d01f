//! A need: what a council wants before any tender, and who else wants it.

use super::{Told, fact, in_graphiql, lines};
use crate::access::Viewer;
use crate::alerts::words;
use crate::councils::directory;
use crate::graphql::ids::{Id, Sort};
use crate::needs::{self, State};
use crate::runtime::clock::london_date;
use crate::runtime::letter::day;
use crate::runtime::{App, Error};
use minijinja::context;
use uuid::Uuid;

pub(super) async fn page(app: App, id: Uuid) -> Result<Told, Error> {
    let mut found = needs::by_ids(&app, &Viewer::Anonymous, &[id]).await?;
    let Some(need) = found.remove(&id) else {
        return Ok(None);
    };
    let mut joined = needs::supporters_of(&app, &[id]).await?;
    let joined = joined.remove(&id).into_iter().flatten();
    let joined: Vec<&str> = joined
        .filter_map(|said| Some(directory().by_id(said.council_id)?.facts.name))
        .collect();
    let said = &need.statement;
    let service = said.lgsl.and_then(|code| directory().service(code));
    let state = match need.state {
        // Found by nobody who is not signed in.
        State::Draft => return Ok(None),
        State::Stated => "Open: others can say \u{2018}us too\u{2019}",
        State::Met => "Met",
        State::Withdrawn => "Withdrawn",
    };
    let budget = words::band(said.budget_min_pence, said.budget_max_pence);
    let facts = lines([
        fact("State", Some(state.to_owned()), None),
        fact("Stated", need.stated_at.map(|at| day(london_date(at))), None),
        fact("Budget", budget, None),
        fact("Wanted by", said.needed_by.map(day), None),
        fact("Service", service.map(|service| service.name.to_owned()), None),
        fact("CPV code", said.cpv.clone(), None),
        fact("Must keep to", said.constraints.clone(), None),
        fact("Must work with", said.systems.clone(), None),
    ]);
    let api = format!(
        "query Need {{\n  need(id: \"{}\") {{\n    title\n    problem\n    outcomes\n    budgetMinPence\n    budgetMaxPence\n    \
         neededBy\n    state\n    council {{ name }}\n    supporters {{ name }}\n  }}\n}}\n",
        Id::new(Sort::Need, id)
    );
    let wants = context! {
        title => &said.title,
        council => directory().by_id(need.council_id).map(|council| council.facts.name),
        facts,
        texts => [("What is wrong", &said.problem), ("What should be true afterwards", &said.outcomes)]
            .map(|(heading, text)| context! { heading, text }),
        joined,
        api => in_graphiql(&api),
    };
    Ok(Some(("need.html", wants)))
}
