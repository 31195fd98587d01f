//! People, and how they prove who they are: sessions, devices, second factors, mailed links, single sign-on, counted attempts.

crate::dialect::step!("m0002_people", BOTH, "", "");

const BOTH: &str = r#"
CREATE TABLE person (
    id {id} NOT NULL PRIMARY KEY,
    -- Folded to lower case. There is no person whose address was not proven.
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- argon2id, PHC string; none for those who come by single sign-on.
    password_hash TEXT,
    operator {bool} NOT NULL,
    -- The TOTP secret (RFC 6238), encrypted; none without a second factor.
    totp_secret {bytes},
    -- Not in force until a first code has shown that it works.
    totp_confirmed {bool} NOT NULL,
    -- The last step whose code was taken: no code is taken twice.
    totp_step {big} NOT NULL,
    created_at {instant} NOT NULL,
    version {int} NOT NULL
) {strict};

-- One row at most: the first operator is made once.
CREATE TABLE installation (
    id {int} NOT NULL PRIMARY KEY CHECK (id = 1),
    -- None once their account is closed: there was one, and there is no second first.
    first_operator {id},
    made_at {instant} NOT NULL
) {strict};

CREATE TABLE session (
    -- SHA-256 of the token; the token itself is shown once and never kept.
    token_hash {bytes} NOT NULL PRIMARY KEY,
    id {id} NOT NULL UNIQUE,
    person_id {id} NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    -- What the program called itself.
    agent TEXT NOT NULL,
    -- With a second factor, or by single sign-on.
    strong {bool} NOT NULL,
    created_at {instant} NOT NULL,
    expires_at {instant} NOT NULL
) {strict};
CREATE INDEX session_person ON session (person_id);

-- A browser or program that somebody has signed in with before.
CREATE TABLE device (
    token_hash {bytes} NOT NULL PRIMARY KEY,
    person_id {id} NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    expires_at {instant} NOT NULL
) {strict};
CREATE INDEX device_person ON device (person_id);

CREATE TABLE recovery_code (
    person_id {id} NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    code_hash {bytes} NOT NULL,
    PRIMARY KEY (person_id, code_hash)
) {strict};

-- A link that was mailed and works once: whoever has it reads mail at the address.
CREATE TABLE mailed_link (
    token_hash {bytes} NOT NULL PRIMARY KEY,
    -- register, reset or email.
    purpose TEXT NOT NULL,
    person_id {id} REFERENCES person (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    expires_at {instant} NOT NULL
) {strict};
CREATE INDEX mailed_link_person ON mailed_link (person_id);

-- Who somebody is at their council's OpenID provider.
CREATE TABLE identity (
    issuer TEXT NOT NULL,
    -- The provider's own name for them, which it never gives to another.
    subject TEXT NOT NULL,
    person_id {id} NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    -- The council whose provider it is.
    council_id {id} NOT NULL REFERENCES council (id),
    -- The role that came with the first sign-in; it goes again when their address leaves the council's domain.
    given_role TEXT,
    created_at {instant} NOT NULL,
    PRIMARY KEY (issuer, subject),
    UNIQUE (person_id, issuer)
) {strict};

-- A sign-in that is under way at a provider: for ten minutes, in the browser that began it, once.
CREATE TABLE pending_sign_on (
    -- SHA-256 of the state that the provider hands back.
    state_hash {bytes} NOT NULL PRIMARY KEY,
    -- SHA-256 of the cookie of the browser that began it.
    browser_hash {bytes} NOT NULL,
    -- By which the provider is found: a domain belongs to one.
    domain TEXT NOT NULL,
    expires_at {instant} NOT NULL
) {strict};

-- When something that can be guessed was tried lately, by a keyed hash of what it was tried on.
CREATE TABLE attempt (
    bucket {bytes} NOT NULL PRIMARY KEY,
    -- Milliseconds since 1970, blank between.
    instants TEXT NOT NULL,
    until {instant} NOT NULL
) {strict};
CREATE INDEX attempt_until ON attempt (until);
"#;
