//! The planted account: every flaw of the catalogue at least twice, and every false positive that it names once.
//!
//! A plant puts something into an [`Account`] and says what the checks must make of it. The account is exact: what must
//! fail fails, and nothing else does; what must stay unknown does, and nothing else. A thing that is wrong in the eyes of
//! several checks has a row for each.

mod account;
mod data;
mod data_stores;
mod function;
mod function_policy;
mod function_use;
mod identity;
mod identity_api;
mod identity_trust;
mod monitoring;
mod monitoring_watch;
mod response;
mod response_whole;
mod tests;
mod things;

use account::{Account, Row};

/// Checks that no flaw can be planted for, and why.
const NEVER: &[(&str, &str)] = &[
    ("DP-007", "the SDK cannot ask KMS when a key was last used: it is unknown, once an account"),
    ("FN-012", "code is never read: it is unknown, once a Region"),
    ("FN-028", "no client can ask for a customer-managed runtime: a function that has one is unknown"),
    ("MV-006", "log events are never read: it does not apply to any account"),
];

/// Checks that say one thing of an account: one flaw in each of two accounts has to do.
const ONCE: &[&str] = &["IA-026", "IR-013", "MV-009"];

/// The account with all that can be planted in one.
fn shop() -> Account {
    let mut account = Account::new();
    let plants = [
        function::plant,
        function_policy::plant,
        function_use::plant,
        identity::plant,
        identity_api::plant,
        identity_trust::plant,
        data::plant,
        data_stores::plant,
        monitoring::plant,
        monitoring_watch::plant,
        response::plant,
        response_whole::plant,
    ];
    plants.iter().for_each(|plant| plant(&mut account));
    account.read()
}

/// All accounts: what holds of an account as a whole takes more than one to be wrong in two ways, and right in spite of looks.
fn accounts() -> Vec<(&'static str, Account)> {
    let mut accounts = vec![("shop", shop())];
    accounts.extend(response_whole::whole_accounts().into_iter().map(|(name, account)| (name, account.read())));
    accounts
}
