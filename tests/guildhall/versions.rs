//! What changes an existing thing says which version it is based on, whatever the mutation: read from the schema, so
//! that a new mutation is held to it, and tried on every one.

mod changes;

use crate::edits::{TOLD, contract, product};
use crate::world::{DECLARATIONS, World, body};
use chrono::Duration;
use guildhall::access::{CouncilRole, Viewer};
use guildhall::exchange::uploads;
use guildhall::graphql::ids::{Id, Sort};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Mutations that take the id of something and no version, and why.
const EXCEPTIONS: [(&str, &str); 26] = [
    ("apiTokenMake", "makes something new"),
    ("apiTokenRevoke", "ends what nobody can change"),
    (
        "bidScore",
        "adds one's own score: evaluators do not stand in each other's way",
    ),
    (
        "evaluationInterestDeclare",
        "one's own declaration, which nobody else can change",
    ),
    (
        "evaluationSubmit",
        "one's own scores, which nobody else can change",
    ),
    ("feedMake", "makes something new"),
    ("invitationSend", "makes something new"),
    ("invitationWithdraw", "ends what nobody can change"),
    ("mailRedrive", "puts back what nobody can change"),
    ("needAnswer", "makes something new"),
    ("needDraft", "makes something new"),
    ("needState", "makes something new"),
    (
        "needSupport",
        "adds a council to a list; saying the same again changes nothing",
    ),
    ("pilotCopy", "makes something new"),
    ("pilotDraft", "makes something new"),
    ("pilotDraftFromNeed", "makes something new"),
    ("pilotQuestionAsk", "makes something new"),
    (
        "pilotResultScale",
        "adds a contract to a list; saying it again changes nothing",
    ),
    (
        "pilotResultWant",
        "adds a council to a list; saying it again changes nothing",
    ),
    ("productDraft", "makes something new"),
    ("registerImportStart", "makes something new"),
    (
        "registerImportUndo",
        "once, and only of the last import; what was changed since stays",
    ),
    ("savedSearchSave", "makes something new"),
    ("sessionEnd", "ends what nobody can change"),
    ("supplierEvidenceAdd", "makes something new"),
    ("watchSave", "makes something new"),
];

/// One of everything that can be changed, and who may.
struct Scene {
    world: World,
    /// Of Norfolk; everything of councils is theirs.
    administrator: String,
    bidder: String,
    operator: String,
    /// Administrator of another council and of another supplier.
    outsider: String,
    /// Ids by the name of what they are of.
    ids: BTreeMap<&'static str, Value>,
}

async fn scene() -> Scene {
    let world = World::new().await;
    let (contract, _) = contract(&world).await;
    let administrator = world
        .member("d@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let bidder = world.supplier("one@tidebell.example", "Tidebell").await;
    world
        .member("x@fife.example", "fife", CouncilRole::Administrator)
        .await;
    let sign_up = "mutation U { supplierSignUp(input: { name: \"Other\", companiesHouse: \"445790\" }) {
        supplier { id } } }";
    let outsider = world.token("x@fife.example").await;
    let stated =
        world.data(&outsider, sign_up, Value::Null).await["supplierSignUp"]["supplier"]["id"].clone();
    world.operator("op@guildhall.example").await;
    let operator = world.token("op@guildhall.example").await;
    let council = world.council("norfolk").await;
    let mut ids = BTreeMap::from([
        ("contract", contract),
        ("supplier", bidder.id.clone()),
        ("stated", stated),
    ]);
    ids.insert("product", product(&world, &bidder.token, &bidder.id).await);
    let make = async |who: &String, text: String, path: &str| -> Value {
        let made = world
            .data(who, &format!("mutation {{ made: {text} }}"), Value::Null)
            .await;
        made.pointer(path).unwrap_or_else(|| panic!("{made}")).clone()
    };
    let text = format!(
        "needState(input: {{ council: {council}, title: \"t\", problem: \"p\", outcomes: \"o\" }}) {{ need {{ id }} }}"
    );
    let need = make(&administrator, text, "/made/need/id").await;
    let supplier = &bidder.id;
    let text = format!(
        "needAnswer(need: {need}, supplier: {supplier}, offer: {{ note: \"n\" }}) {{ answer {{ id }} }}"
    );
    ids.insert("answer", make(&bidder.token, text, "/made/answer/id").await);
    ids.insert("need", need);
    let fife = world.council("fife").await;
    let text = format!(
        "needState(input: {{ council: {fife}, title: \"t\", problem: \"p\", outcomes: \"o\" }}) {{ need {{ id }} }}"
    );
    let joined = make(&outsider, text, "/made/need/id").await;
    let text = format!("needSupport(need: {joined}, council: {council}) {{ need {{ id }} }}");
    ids.insert("joined", make(&administrator, text, "/made/need/id").await);
    let text = format!(
        "pilotDraft(input: {{ council: {council}, title: \"t\", summary: \"s\", successMeasures: \"m\", capPence: 100,
            weeks: 1, criteria: [{{ kind: QUALITY, name: \"q\", description: \"d\", weight: 60 }},
            {{ kind: PRICE, name: \"p\", description: \"d\", weight: 40 }}] }}) {{ pilot {{ id }} errors {{ message }} }}"
    );
    let pilot = make(&administrator, text, "/made/pilot/id").await;
    let at = (world.now() + Duration::hours(6)).to_rfc3339();
    let text = format!("pilotPublish(pilot: {pilot}, version: 1, deadlineAt: \"{at}\") {{ pilot {{ id }} }}");
    make(&administrator, text, "/made/pilot/id").await;
    let text = format!(
        "pilotQuestionAsk(pilot: {pilot}, supplier: {supplier}, question: \"q\") {{ question {{ id }} }}"
    );
    ids.insert("question", make(&bidder.token, text, "/made/question/id").await);
    let text = format!(
        "bidSubmit(input: {{ pilot: {pilot}, supplier: {supplier}, pricePence: 1, answer: \"a\", declarations: {DECLARATIONS} }}) {{
        receipt {{ bidId }} }}"
    );
    ids.insert("bid", make(&bidder.token, text, "/made/receipt/bidId").await);
    let text =
        format!("bidDraftSave(input: {{ pilot: {pilot}, supplier: {supplier} }}) {{ draft {{ version }} }}");
    make(&bidder.token, text, "/made/draft/version").await;
    let text = format!(
        "supplierEvidenceAdd(supplier: {supplier}, evidence: {{ kind: ISO_9001, expiresOn: \"2030-01-01\" }}) {{
        evidence {{ id }} }}"
    );
    ids.insert("evidence", make(&bidder.token, text, "/made/evidence/id").await);
    let text = "savedSearchSave(input: { name: \"n\", filter: {} }) { savedSearch { id } }".to_owned();
    ids.insert("search", make(&bidder.token, text, "/made/savedSearch/id").await);
    let text = format!("feedMake(input: {{ of: {council} }}) {{ made {{ feed {{ id }} }} }}");
    ids.insert("feed", make(&bidder.token, text, "/made/made/feed/id").await);
    let law = "{ law(first: 1) { edges { node { id } } } }";
    let law = world.data((), law, Value::Null).await["law"]["edges"][0]["node"]["id"].clone();
    ids.insert("law", law);
    let norfolk = guildhall::councils::directory().find("norfolk").unwrap().id;
    let text = b"Title of the Agreement\nT\n";
    let uploaded = uploads::start(&world.app, &Viewer::System, norfolk, "r.csv", None, text)
        .await
        .unwrap();
    uploads::pass(&world.app).await.unwrap();
    ids.insert("import", json!(Id::new(Sort::Import, uploaded.id).to_string()));
    let me = world.data(&administrator, "{ viewer { id } }", Value::Null).await["viewer"]["id"].clone();
    ids.extend([("pilot", pilot), ("person", me), ("council", council)]);
    Scene {
        world,
        administrator,
        bidder: bidder.token,
        operator,
        outsider,
        ids,
    }
}

impl Scene {
    /// What a mutation answers; the one that takes a file is sent with one.
    async fn asked(&self, who: &String, name: &str, text: &str, version: i32) -> Value {
        if name != "bidDraftAttach" {
            return self.world.query(Some(who), text, Value::Null).await;
        }
        let input = json!({ "pilot": self.ids["pilot"], "supplier": self.ids["supplier"], "version": version,
            "name": "a.txt" });
        let text =
            format!("mutation A($input: BidDraftAttachInput!) {{ {name}(input: $input) {{ {TOLD} }} }}");
        let call = json!({ "query": text, "variables": { "input": input } });
        let request = self.world.post_file(&call, b"words");
        body(
            request
                .header("authorization", format!("Bearer {who}"))
                .send()
                .await,
        )
        .await
    }
}

#[tokio::test]
async fn every_change_based_on_another_version_is_a_conflict_and_only_to_those_who_may_make_it() {
    let scene = scene().await;
    let changes = changes::all(&scene);
    let covered: BTreeSet<&str> = changes.iter().map(|(name, ..)| *name).collect();
    let versioned = mutations().await;
    let versioned = versioned.iter().filter(|(_, takes)| takes.version);
    assert_eq!(
        covered,
        versioned.map(|(name, _)| name.as_str()).collect(),
        "every one is tried here"
    );
    for (name, subject, who, current, others) in changes {
        let text = |version: i32| {
            let mut subject = subject.replace('@', &version.to_string());
            for (of, id) in &scene.ids {
                subject = subject.replace(&format!("${of}"), &id.to_string());
            }
            format!("mutation {{ {name}({subject}) {{ {TOLD} }} }}")
        };
        let path = if name == "bidSubmit" || name == "bidDraftSave" {
            "replaces"
        } else {
            "version"
        };
        let conflict = json!([{ "code": "CONFLICT", "path": path, "currentVersion": current }]);
        for stale in [current + 1, current - 1] {
            let told = scene.asked(who, name, &text(stale), stale).await;
            assert_eq!(
                told["data"][name]["errors"], conflict,
                "{name} based on {stale}: {told}"
            );
            let refused = scene.asked(&scene.outsider, name, &text(stale), stale).await;
            assert_eq!(
                refused["errors"][0]["extensions"]["code"], others,
                "{name}: no conflict is told to those who may not"
            );
        }
    }
}

/// What a mutation takes.
#[derive(Debug, Default)]
struct Takes {
    id: bool,
    version: bool,
    conflicts: bool,
}

/// Every mutation of the schema.
async fn mutations() -> BTreeMap<String, Takes> {
    let query = "{ __schema { types { name enumValues { name }
        fields { name type { ...T } args { name type { ...T } } } inputFields { name type { ...T } } } } }
        fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";
    let answer = guildhall::graphql::schema()
        .execute(query)
        .await
        .into_result()
        .unwrap();
    let answer = answer.data.into_json().unwrap();
    let types = answer["__schema"]["types"].as_array().unwrap();
    let kinds: BTreeMap<&str, &Value> = types
        .iter()
        .map(|kind| (kind["name"].as_str().unwrap(), kind))
        .collect();
    let fields = kinds["Mutation"]["fields"].as_array().unwrap();
    let read = |field: &Value| {
        let mut takes = Takes::default();
        let args = field["args"].as_array().unwrap();
        let mut left: Vec<&Value> = args.iter().collect();
        while let Some(taken) = left.pop() {
            let (kind, name) = (named(&taken["type"]), taken["name"].as_str().unwrap());
            takes.id |= kind == "ID";
            takes.version |= kind == "Int"
                && (name == "version" && taken["type"]["kind"] == "NON_NULL" || name == "replaces");
            left.extend(kinds[kind]["inputFields"].as_array().into_iter().flatten());
        }
        let payload = kinds[named(&field["type"])]["fields"].as_array().unwrap();
        let errors = payload.iter().find(|field| field["name"] == "errors");
        let errors = errors.map_or(&[][..], |errors| {
            kinds[named(&errors["type"])]["fields"].as_array().unwrap()
        });
        let code = errors.iter().find(|field| field["name"] == "code");
        let codes = code.map_or(&Value::Null, |code| &kinds[named(&code["type"])]["enumValues"]);
        takes.conflicts = errors.iter().any(|field| field["name"] == "currentVersion")
            && codes
                .as_array()
                .unwrap()
                .iter()
                .any(|code| code["name"] == "CONFLICT");
        (field["name"].as_str().unwrap().to_owned(), takes)
    };
    fields.iter().map(read).collect()
}

/// The name of a type under its lists and exclamation marks.
fn named(kind: &Value) -> &str {
    match kind["name"].as_str() {
        Some(name) => name,
        None => named(&kind["ofType"]),
    }
}

#[tokio::test]
async fn whatever_takes_the_id_of_something_takes_its_version_or_says_why_not() {
    let mutations = mutations().await;
    assert!(mutations.len() > 40, "{}", mutations.len());
    let excepted: BTreeSet<&str> = EXCEPTIONS.iter().map(|(name, _)| *name).collect();
    let mut unversioned = BTreeSet::new();
    for (name, takes) in &mutations {
        assert_eq!(
            takes.version, takes.conflicts,
            "{name} takes a version and tells a conflict, or neither"
        );
        if takes.id && !takes.version {
            unversioned.insert(name.as_str());
        }
    }
    assert_eq!(
        unversioned, excepted,
        "without a version, and without a reason above"
    );
}
