//! Guildhall's tables as sea-orm entities: one file per table, nothing else.
//!
//! Only the private `store` of a capability may use them; see the root crate's map.

pub mod api_token;
pub mod attempt;
pub mod audit_entry;
pub mod audit_part;
pub mod audit_tree;
pub mod bid;
pub mod bid_score;
pub mod contract;
pub mod contract_buyer;
pub mod contract_source;
pub mod contract_supplier;
pub mod contract_window;
pub mod council;
pub mod council_access;
pub mod council_policy;
pub mod council_words;
pub mod device;
pub mod event;
pub mod extension_option;
pub mod idempotency_key;
pub mod identity;
pub mod import_run;
pub mod installation;
pub mod invitation;
pub mod mailed_link;
pub mod membership;
pub mod need;
pub mod need_supporter;
pub mod notification;
pub mod outbox;
pub mod pending_sign_on;
pub mod person;
pub mod pilot;
pub mod pilot_criterion;
pub mod pilot_question;
pub mod product;
pub mod product_version;
pub mod recovery_code;
pub mod saved_search;
pub mod search_anchor;
pub mod session;
pub mod supplier;
pub mod supplier_number;
