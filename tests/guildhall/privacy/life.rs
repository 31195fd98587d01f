//! A person's whole life at Guildhall, with a word of its own in every text that they or others could type about them.

use crate::world::{DECLARED, PASSWORD, Supplier, World, body};
use chrono::Duration;
use entity::{identity, outbox};
use guildhall::access::accounts::{claim_first_operator, join_council};
use guildhall::access::{CouncilRole, Viewer, sessions};
use guildhall::alerts;
use guildhall::councils::directory;
use guildhall::exchange::import::{Decisions, File, import};
use guildhall::exchange::uploads;
use guildhall::runtime::mail::return_path;
use mail_parser::MessageParser;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

/// What is said of the person alone: nothing of it may stay.
pub(super) const OWN: [&str; 11] = [
    "zqxname",
    "zqxfirst",
    "zqxsecond",
    "zqxthird",
    "zqxagent",
    "zqxlater",
    "zqxsearch",
    "zqxfeed",
    "zqxwords",
    "zqxtoken",
    "zqxsubject",
];
/// Whom the person invited: the log keeps that for whom it names.
pub(super) const GUEST: &str = "zqxguest";
/// What is said for an organisation.
pub(super) const ORGANISATIONS: [&str; 6] = [
    "zqxsupplier",
    "zqxsummary",
    "zqxneed",
    "zqxnote",
    "zqxquestion",
    "zqxhow",
];
/// What is said in a procurement.
pub(super) const PROCUREMENT: [&str; 3] = ["zqxreason", "zqxinterest", "zqxdecision"];

/// The address that the person has in the end.
pub(super) const ADDRESS: &str = "zqxsecond@person.example";

/// Who has lived.
pub(super) struct Life {
    pub(super) id: Uuid,
    pub(super) token: String,
    pub(super) api_token: String,
}

async fn call(world: &World, token: &str, agent: &str, text: &str, variables: Value) -> Value {
    let request = world
        .post(&json!({ "query": text, "variables": variables }))
        .header("user-agent", agent);
    let request = match token {
        "" => request,
        token => request.header("authorization", format!("Bearer {token}")),
    };
    let answer = body(request.send().await).await;
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    let (_, done) = answer["data"].as_object().unwrap().iter().next().unwrap();
    assert!(done["errors"].as_array().is_none_or(Vec::is_empty), "{answer}");
    done.clone()
}

/// The last part of the link in the latest mail to an address.
pub(super) fn link(world: &World, to: &str) -> String {
    let all = world.smtp.all();
    let mail = all.iter().rev().find(|mail| mail.to == [to]).unwrap();
    let mail = MessageParser::default().parse(&mail.bytes).unwrap();
    let text = mail.body_text(0).unwrap();
    let at = text
        .find("/account/")
        .unwrap_or_else(|| panic!("no link in {text}"));
    let link = text[at..].split_whitespace().next().unwrap();
    link.rsplit('/').next().unwrap().to_owned()
}

/// Lives it, in a world whose clock stands in March 2015 and then in April 2016.
pub(super) async fn live(world: &World) -> Life {
    world.app.clock.set("2015-03-01T09:00:00Z".parse().unwrap());
    let token = registers(world).await;
    let id = sessions::viewer_of(&world.app, Some(&token))
        .await
        .unwrap()
        .person()
        .unwrap()
        .id;
    joins(world, id).await;
    world.operator("other@operator.example").await;
    asks_to_be_told(world, &token).await;
    world.app.clock.advance(Duration::days(400));
    alerts::pass(&world.app).await;
    let token = signs_in_and_moves(world).await;
    is_known_to_a_provider(world, id).await;
    let api_token = acts(world, &token).await;
    let approver = world
        .member("a@norfolk.example", "norfolk", CouncilRole::Approver)
        .await;
    let pilot = scores(world, &token, &approver).await;
    asks(world, &token, &pilot).await;
    alerts::pass(&world.app).await;
    comes_back(world).await;
    forgets(world).await;
    Life { id, token, api_token }
}

async fn registers(world: &World) -> String {
    let register =
        "mutation R($input: AccountRegisterInput!) { accountRegister(input: $input) { errors { code } } }";
    let address = "zqxfirst@person.example";
    let input = json!({ "input": { "email": address, "name": "Zqxname Person" } });
    call(world, "", "zqxagent", register, input).await;
    alerts::pass(&world.app).await;
    let confirm = "mutation C($input: AccountConfirmInput!) { accountConfirm(input: $input) {
        session { token } errors { code message } } }";
    let input = json!({ "input": { "token": link(world, address), "password": PASSWORD } });
    let made = call(world, "", "zqxagent", confirm, input).await;
    made["session"]["token"].as_str().unwrap().to_owned()
}

async fn joins(world: &World, id: Uuid) {
    let council = |code| directory().find(code).unwrap().id;
    for (code, role) in [
        ("norfolk", CouncilRole::Administrator),
        ("fife", CouncilRole::Officer),
    ] {
        join_council(&world.app, &Viewer::System, id, council(code), role)
            .await
            .unwrap();
    }
    world
        .member("d@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let txn = world.app.db.begin().await.unwrap();
    txn.execute_unprepared("UPDATE person SET operator = TRUE")
        .await
        .unwrap();
    claim_first_operator(&world.app, &txn, id).await.unwrap();
    txn.commit().await.unwrap();
}

async fn asks_to_be_told(world: &World, token: &str) {
    let viewer = sessions::viewer_of(&world.app, Some(token)).await.unwrap();
    let text = include_str!("../../fixtures/register.csv");
    let file = File::of("register.csv", text.as_bytes());
    let council = directory().find("norfolk").unwrap();
    import(
        &world.app,
        &viewer,
        council,
        file,
        &Decisions::new(),
        false,
        &mut (),
    )
    .await
    .unwrap();
    uploads::start(
        &world.app,
        &viewer,
        council.id,
        "zqxregister.csv",
        None,
        text.as_bytes(),
    )
    .await
    .unwrap();
    alerts::pass(&world.app).await;
    let save =
        "mutation S($input: SavedSearchSaveInput!) { savedSearchSave(input: $input) { errors { code } } }";
    for filter in [json!({ "cpvPrefixes": ["48"] }), json!({ "words": "zqxwords" })] {
        let input = json!({ "input": { "name": "zqxsearch", "filter": filter } });
        call(world, token, "zqxagent", save, input).await;
    }
    let query = "{ contracts(first: 1) { edges { node { id version } } } }";
    let found = world.data((), query, Value::Null).await;
    let contract = &found["contracts"]["edges"][0]["node"];
    let me = world
        .data(&token.to_owned(), "{ viewer { id } }", Value::Null)
        .await;
    let own = "mutation O($contract: ID!, $version: Int!, $owner: ID) {
        contractOwnerSet(contract: $contract, version: $version, owner: $owner) { errors { code } } }";
    let owned =
        json!({ "contract": contract["id"], "version": contract["version"], "owner": me["viewer"]["id"] });
    call(world, token, "zqxagent", own, owned).await;
    let make = "mutation F($of: ID!) { feedMake(input: { of: $of, name: \"zqxfeed\" }) { errors { code } } }";
    let of = world.council("norfolk").await;
    call(world, token, "zqxagent", make, json!({ "of": of })).await;
}

/// Signs in on another device, moves to another address and asks for a third; begins a second factor.
async fn signs_in_and_moves(world: &World) -> String {
    let sign_in =
        "mutation I($input: SignInInput!) { signIn(input: $input) { session { token } errors { code } } }";
    let input = json!({ "input": { "email": "zqxfirst@person.example", "password": PASSWORD } });
    let signed_in = call(world, "", "zqxlater", sign_in, input.clone()).await;
    // A mail says that there was another device, and which.
    call(world, "", "zqxagent", sign_in, input).await;
    let token = signed_in["session"]["token"].as_str().unwrap().to_owned();
    let change = "mutation E($input: EmailChangeInput!) { emailChange(input: $input) { errors { code } } }";
    let to = |email: &str| json!({ "input": { "email": email, "present": PASSWORD } });
    call(world, &token, "", change, to(ADDRESS)).await;
    alerts::pass(&world.app).await;
    let confirm = "mutation C($token: String!) { emailConfirm(token: $token) { email errors { code } } }";
    call(world, "", "", confirm, json!({ "token": link(world, ADDRESS) })).await;
    call(world, &token, "", change, to("zqxthird@person.example")).await;
    let start = "mutation F($present: String!) { secondFactorStart(present: $present) { enrolment { secret } errors { code } } }";
    let secret =
        call(world, &token, "", start, json!({ "present": PASSWORD })).await["enrolment"]["secret"].clone();
    let secret = totp_rs::Secret::try_from_base32(secret.as_str().unwrap()).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    let code = totp.generate(world.now().timestamp().unsigned_abs()).to_string();
    let confirm = "mutation F($code: String!) { secondFactorConfirm(code: $code) { recovery { codes } errors { code } } }";
    call(world, &token, "", confirm, json!({ "code": code })).await;
    token
}

async fn is_known_to_a_provider(world: &World, id: Uuid) {
    let known = identity::ActiveModel {
        issuer: Set("https://provider.example".into()),
        subject: Set("zqxsubject".into()),
        person_id: Set(id),
        council_id: Set(directory().find("norfolk").unwrap().id),
        given_role: Set(Some("viewer".into())),
        created_at: Set(world.now()),
    };
    let txn = world.app.db.begin().await.unwrap();
    known.insert(&txn).await.unwrap();
    txn.commit().await.unwrap();
}

/// Invites, is invited, makes a token, founds a supplier and looks its number up, states a need and says "us too".
async fn acts(world: &World, token: &str) -> String {
    let (norfolk, fife) = (world.council("norfolk").await, world.council("fife").await);
    let invite =
        "mutation I($input: InvitationSendInput!) { invitationSend(input: $input) { errors { code } } }";
    let into = |email: &str, council: &Value| json!({ "input": { "email": email, "role": { "organisation": council, "councilRole": "OFFICER" } } });
    call(world, token, "", invite, into("zqxguest@other.example", &norfolk)).await;
    let host = world.person("h@kent.example", "Host").await;
    let kent = directory().find("kent").unwrap().id;
    join_council(
        &world.app,
        &Viewer::System,
        host,
        kent,
        CouncilRole::Administrator,
    )
    .await
    .unwrap();
    let host = world.token("h@kent.example").await;
    call(
        world,
        &host,
        "",
        invite,
        into(ADDRESS, &world.council("kent").await),
    )
    .await;
    let make = "mutation T($input: ApiTokenMakeInput!) { apiTokenMake(input: $input) { made { secret } errors { code } } }";
    let input = json!({ "input": { "organisation": norfolk, "name": "zqxtoken", "acts": true } });
    let made = call(world, token, "", make, input).await;
    let sign_up = "mutation U($input: SupplierSignUpInput!) { supplierSignUp(input: $input) { supplier { id } errors { code } } }";
    let input =
        json!({ "name": "Zqxsupplier Limited", "summary": "zqxsummary", "companiesHouse": "00445790" });
    let supplier = call(world, token, "", sign_up, json!({ "input": input })).await["supplier"]["id"].clone();
    let verify = "mutation V($id: ID!) { supplierNumberVerify(supplier: $id, version: 1, scheme: COMPANIES_HOUSE, how: \"zqxhow\") {
        errors { code } } }";
    call(world, token, "", verify, json!({ "id": supplier })).await;
    let state =
        "mutation N($input: NeedStateInput!) { needState(input: $input) { need { id } errors { code } } }";
    let input = json!({ "council": norfolk, "title": "Bins", "problem": "zqxneed", "outcomes": "Fewer." });
    let need = call(world, token, "", state, json!({ "input": input })).await["need"]["id"].clone();
    let support = "mutation S($need: ID!, $council: ID!) { needSupport(need: $need, council: $council, support: { note: \"zqxnote\" }) {
        errors { code } } }";
    call(
        world,
        token,
        "",
        support,
        json!({ "need": need, "council": fife }),
    )
    .await;
    made["made"]["secret"].as_str().unwrap().to_owned()
}

/// A pilot that is decided, with the person among its evaluators; gives one that is open.
async fn scores(world: &World, token: &str, approver: &str) -> Value {
    let pilot = opened(world, token, approver).await;
    let bidder: Supplier = world.supplier("one@tidebell.example", "Tidebell").await;
    let submit = "mutation B($input: BidSubmitInput!) { bidSubmit(input: $input) { errors { code } } }";
    let input = json!({ "pilot": pilot, "supplier": bidder.id, "pricePence": 5_000, "answer": "So.", "declarations": DECLARED });
    call(world, &bidder.token, "", submit, json!({ "input": input })).await;
    world.app.clock.advance(Duration::hours(2));
    let me = world
        .data(&token.to_owned(), "{ viewer { id } }", Value::Null)
        .await["viewer"]["id"]
        .clone();
    let panel = "mutation P($input: EvaluationPanelNameInput!) { evaluationPanelName(input: $input) { errors { code } } }";
    let input = json!({ "pilot": pilot, "version": 0, "evaluators": [me], "chair": me });
    call(world, approver, "", panel, json!({ "input": input })).await;
    // An interest, and why it does not exclude them.
    let declare = "mutation D($pilot: ID!) { evaluationInterestDeclare(pilot: $pilot, interest: \"zqxinterest\") { errors { code } } }";
    call(world, token, "", declare, json!({ "pilot": pilot })).await;
    let decide = "mutation I($input: EvaluationInterestDecideInput!) { evaluationInterestDecide(input: $input) { errors { code } } }";
    let input =
        json!({ "pilot": pilot, "version": 2, "evaluator": me, "excluded": false, "reason": "zqxdecision" });
    call(world, approver, "", decide, json!({ "input": input })).await;
    let bids = "query B($id: ID!) { pilot(id: $id) { bids { id } } }";
    let bid = call(world, token, "", bids, json!({ "id": pilot })).await["bids"][0]["id"].clone();
    let score = "mutation S($input: BidScoreInput!) { bidScore(input: $input) { errors { code } } }";
    let input = json!({ "pilot": pilot, "bid": bid, "criterion": 1, "score": 80, "reason": "zqxreason" });
    call(world, token, "", score, json!({ "input": input })).await;
    let submit = "mutation S($pilot: ID!) { evaluationSubmit(pilot: $pilot) { errors { code } } }";
    call(world, token, "", submit, json!({ "pilot": pilot })).await;
    let lock =
        "mutation L($pilot: ID!) { evaluationQualityLock(pilot: $pilot, version: 4) { errors { code } } }";
    call(world, token, "", lock, json!({ "pilot": pilot })).await;
    let award =
        "mutation A($input: PilotAwardInput!) { pilotAward(input: $input) { errors { code message } } }";
    // Published, evaluated and locked since it was drafted.
    let input = json!({ "pilot": pilot, "version": 4, "bids": [bid], "reason": "Best.",
        "feedback": [{ "bid": bid, "text": "Thank you." }] });
    call(world, approver, "", award, json!({ "input": input })).await;
    opened(world, token, approver).await
}

/// A pilot that the person wrote and another published.
async fn opened(world: &World, token: &str, approver: &str) -> Value {
    let draft = "mutation D($input: PilotDraftInput!) { pilotDraft(input: $input) { pilot { id } errors { code message } } }";
    let input = json!({ "council": world.council("norfolk").await, "title": "Bins", "summary": "Try.",
        "successMeasures": "Fewer.", "capPence": 1_000_000, "weeks": 12, "reservation": "NONE", "criteria": [
        { "kind": "QUALITY", "name": "Approach", "description": "How", "weight": 60 },
        { "kind": "PRICE", "name": "Price", "description": "Lowest over price", "weight": 40 } ] });
    let pilot = call(world, token, "", draft, json!({ "input": input })).await["pilot"]["id"].clone();
    let publish = "mutation P($id: ID!, $at: DateTime!) { pilotPublish(pilot: $id, version: 1, deadlineAt: $at) { errors { code } } }";
    let at = (world.now() + Duration::hours(2)).to_rfc3339();
    call(world, approver, "", publish, json!({ "id": pilot, "at": at })).await;
    pilot
}

async fn asks(world: &World, token: &str, pilot: &Value) {
    let mine = "query M { viewer { memberships { organisationId supplierRole } } }";
    let mine = call(world, token, "", mine, Value::Null).await["memberships"].clone();
    let supplier = mine
        .as_array()
        .unwrap()
        .iter()
        .find(|of| !of["supplierRole"].is_null())
        .unwrap();
    let ask = "mutation Q($pilot: ID!, $supplier: ID!) {
        pilotQuestionAsk(pilot: $pilot, supplier: $supplier, question: \"zqxquestion\") { errors { code } } }";
    let input = json!({ "pilot": pilot, "supplier": supplier["organisationId"] });
    call(world, token, "", ask, input).await;
}

/// A mail to them comes back: their address takes none.
async fn comes_back(world: &World) {
    let to_them = outbox::Entity::find().filter(outbox::Column::Recipient.eq(ADDRESS));
    let mail = to_them.one(world.app.db.read()).await.unwrap().unwrap();
    let token = return_path::token(&world.app.secret, mail.id);
    let message = b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
        Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no zqxsecond\r\n\r\n--b--\r\n";
    let taken = alerts::returned::take(&world.app, Some(&token), message)
        .await
        .unwrap();
    assert!(taken.unwrap().suppressed);
}

/// Asks for a link, which waits to be sent.
async fn forgets(world: &World) {
    let reset = "mutation P($email: String!) { passwordResetRequest(email: $email) { errors { code } } }";
    call(world, "", "", reset, json!({ "email": ADDRESS })).await;
}
