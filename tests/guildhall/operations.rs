//! The operations on accounts and organisations that several modules send.

pub(crate) const WHO: &str = "query Who { viewer { email name operator secondFactor secondFactorAwaitedBy
    memberships { organisationId councilRole supplierRole } } }";
pub(crate) const SIGN_IN: &str = "mutation SignIn($input: SignInInput!) { signIn(input: $input) {
    session { token device viewer { email } } errors { code message path } } }";
pub(crate) const SIGN_OUT_EVERYWHERE: &str = "mutation SignOutEverywhere { signOutEverywhere { ended } }";
pub(crate) const REGISTER: &str =
    "mutation Register($input: AccountRegisterInput!) { accountRegister(input: $input) {
    mailed { to } errors { code message path } } }";
pub(crate) const CONFIRM: &str =
    "mutation Confirm($input: AccountConfirmInput!) { accountConfirm(input: $input) {
    session { token device viewer { email name } } errors { code message path } } }";
pub(crate) const CHANGE_PASSWORD: &str =
    "mutation Change($input: PasswordChangeInput!) { passwordChange(input: $input) {
    viewer { email } errors { code message path } } }";
pub(crate) const REQUEST_RESET: &str = "mutation Ask($email: String!) { passwordResetRequest(email: $email) {
    mailed { to } errors { code message path } } }";
pub(crate) const RESET: &str = "mutation Reset($input: PasswordResetInput!) { passwordReset(input: $input) {
    device { token } errors { code message path } } }";
pub(crate) const CHANGE_EMAIL: &str =
    "mutation Move($input: EmailChangeInput!) { emailChange(input: $input) {
    mailed { to } errors { code message path } } }";
pub(crate) const CONFIRM_EMAIL: &str = "mutation Moved($token: String!) { emailConfirm(token: $token) {
    email errors { code message path } } }";
pub(crate) const START_SECOND: &str =
    "mutation Start($present: String!) { secondFactorStart(present: $present) {
    enrolment { url secret } errors { code message path } } }";
pub(crate) const CONFIRM_SECOND: &str = "mutation First($code: String!) { secondFactorConfirm(code: $code) {
    recovery { codes } errors { code message path } } }";
pub(crate) const END_SECOND: &str =
    "mutation End($input: SecondFactorEndInput!) { secondFactorEnd(input: $input) {
    viewer { secondFactor } errors { code message path } } }";
pub(crate) const REQUIRE_SECOND: &str = "mutation Require($council: ID!, $required: Boolean!, $version: Int! = 0) {
    councilRequireSecondFactor(council: $council, required: $required, version: $version) { rule { required } errors { code path } } }";
pub(crate) const INVITE: &str =
    "mutation Invite($input: InvitationSendInput!) { invitationSend(input: $input) {
    invitation { id email } errors { code message path } } }";
pub(crate) const WITHDRAW: &str = "mutation Withdraw($invitation: ID!) {
    invitationWithdraw(invitation: $invitation) { invitation } }";
pub(crate) const ACCEPT: &str = "mutation Accept($token: String!) { invitationAccept(token: $token) {
    membership { organisationId councilRole supplierRole } errors { code message path } } }";
pub(crate) const ACCEPT_AS_NEW: &str = "mutation AcceptAsNew($input: InvitationAcceptAsNewInput!) {
    invitationAcceptAsNew(input: $input) { session { token viewer { email } } errors { code message path } } }";
pub(crate) const SET_ROLE: &str = "mutation SetRole($person: ID!, $role: RoleInput!, $version: Int! = 1) {
    memberSetRole(person: $person, role: $role, version: $version) { members { email } errors { code path } } }";
pub(crate) const REMOVE: &str = "mutation Remove($person: ID!, $organisation: ID!, $version: Int! = 1) {
    memberRemove(person: $person, organisation: $organisation, version: $version) { person errors { code path } } }";
pub(crate) const MEMBERS: &str = "query Members($organisation: ID!) { members(organisation: $organisation) {
    personId email secondFactor membership { councilRole supplierRole } } }";
pub(crate) const MAKE_TOKEN: &str =
    "mutation Make($input: ApiTokenMakeInput!) { apiTokenMake(input: $input) {
    made { secret token { id lastUsedAt } } errors { code path } } }";
pub(crate) const REVOKE_TOKEN: &str =
    "mutation Revoke($token: ID!) { apiTokenRevoke(token: $token) { ended } }";

/// The codes of a payload's errors: of what the only root field answers.
pub(crate) fn codes(answer: &serde_json::Value) -> Vec<String> {
    let payload = answer.as_object().and_then(|root| root.values().next()).unwrap();
    let errors = payload["errors"].as_array().unwrap();
    errors
        .iter()
        .map(|error| error["code"].as_str().unwrap().to_owned())
        .collect()
}
