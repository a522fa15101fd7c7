//! Many accounts: each is reached in a way of its own, and what goes wrong with one is no matter to the others.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    ConnectError, Options, Session,
    base::{self, Base},
    organization, regions,
    role::{self, Assuming, Role},
};
use crate::model::{Arn, text::clean};

/// Which accounts are to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Breadth {
    /// The one that the credentials belong to.
    #[default]
    One,
    /// The one behind each profile.
    Profiles(Vec<String>),
    /// These, through a role in each.
    Accounts {
        /// The accounts.
        members: Vec<Member>,
        /// The role's name, for those that come without a role of their own.
        role: Option<String>,
        /// `sts:ExternalId`, where the roles ask for one.
        external_id: Option<String>,
    },
    /// Those of the organisation, through a role in each.
    Organization {
        /// The role's name.
        role: String,
        /// `sts:ExternalId`, where the roles ask for one.
        external_id: Option<String>,
    },
}

/// An account of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its id.
    pub account: String,
    /// How people call it.
    pub name: Option<String>,
    /// The role to assume there, if it is not the same everywhere.
    pub role: Option<Arn>,
}

/// What is wrong with a list of accounts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {said}")]
pub struct MemberError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub said: String,
}

/// Reads a list of accounts: one a line, by its id or the ARN of a role, with a name after it; `#` begins a comment.
///
/// # Errors
/// When a line is none of these, or an account comes twice.
pub fn members(text: &str) -> Result<Vec<Member>, MemberError> {
    let mut members: Vec<Member> = Vec::new();
    for (index, line) in text.trim_start_matches('\u{FEFF}').lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let wrong = |said: String| MemberError { line: index + 1, said };
        let (first, name) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let role = first.starts_with("arn:").then(|| Arn::from(first));
        let account = role.as_ref().map_or(first, Arn::account);
        let good = role.as_ref().is_none_or(|role| {
            role.service() == "iam" && role.region().is_empty() && role.resource().strip_prefix("role/").is_some_and(role::is_name)
        });
        if !good || account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong(format!("{:?} is neither a 12-digit account id nor the ARN of a role", clean(first))));
        }
        if members.iter().any(|member| member.account == account) {
            return Err(wrong(format!("account {account} is there already")));
        }
        let name = Some(name.trim()).filter(|name| !name.is_empty()).map(|name| clean(name).into_owned());
        members.push(Member { account: account.to_owned(), name, role });
    }
    Ok(members)
}

/// A way into one account.
#[derive(Debug, Clone)]
pub struct Way {
    /// How to call it before AWS has said whose account it is: the profile, or the account's id and name.
    pub name: String,
    options: Options,
    through: Through,
}

#[derive(Debug, Clone)]
enum Through {
    /// The SDK's own chain.
    Chain,
    /// Credentials that were found already.
    Base(Arc<Base>),
    /// A role that they assume.
    Role(Arc<Base>, Arc<Assuming>, Role),
}

impl Way {
    /// Takes it.
    ///
    /// # Errors
    /// As [`super::connect`]; when STS does not hand out the role, or it is in another account than it should be.
    pub async fn connect(&self) -> Result<Session, ConnectError> {
        match &self.through {
            Through::Chain => super::connect(&self.options).await,
            Through::Base(base) => {
                let Base { sdk, home, budget, who } = Base::clone(base);
                Ok(Session::new(&self.options, sdk, &home, &budget, who).await)
            }
            Through::Role(base, assuming, role) => {
                let sdk = assuming.sdk(role);
                let who = base::assumed(&sdk, &base.home, role).await?;
                Ok(Session::new(&self.options, sdk, &base.home, &base.budget, who).await)
            }
        }
    }
}

/// The ways into the accounts of `breadth`, and a line on each account that is left out.
///
/// # Errors
/// When there are no credentials to begin with, or the organisation's accounts cannot be listed.
pub async fn ways(options: &Options, breadth: &Breadth) -> Result<(Vec<Way>, Vec<String>), ConnectError> {
    regions::check(&options.regions)?;
    let (members, role, external_id) = match breadth {
        Breadth::One => {
            let name = options.profile.clone().unwrap_or_else(|| "the account".to_owned());
            return Ok((vec![Way { name, options: options.clone(), through: Through::Chain }], Vec::new()));
        }
        Breadth::Profiles(profiles) => {
            let mut seen = BTreeSet::new();
            let ways = profiles.iter().filter(|profile| seen.insert(profile.as_str())).map(|profile| {
                let options = Options { profile: Some(profile.clone()), ..options.clone() };
                Way { name: format!("profile {}", clean(profile)), options, through: Through::Chain }
            });
            return Ok((ways.collect(), Vec::new()));
        }
        Breadth::Accounts { members, role, external_id } => (Some(members.clone()), role.as_deref(), external_id.as_deref()),
        Breadth::Organization { role, external_id } => (None, Some(role.as_str()), external_id.as_deref()),
    };
    let base = Arc::new(Base::find(options).await?);
    let (members, left_out) = match members {
        Some(members) => (members, Vec::new()),
        None => organization::accounts(options, &base).await?,
    };
    let assuming = Arc::new(Assuming::with(&base.sdk));
    let mut ways = Vec::new();
    for member in members {
        let role = match (&member.role, role) {
            (Some(arn), _) => Some(Role { arn: arn.clone(), external_id: external_id.map(str::to_owned) }),
            // The credentials are of this account; a management account has no role for itself.
            _ if member.account == base.who.account => None,
            (None, Some(name)) => Some(Role::named(&base.who.partition, &member.account, name, external_id)),
            (None, None) => return Err(ConnectError::NoRole(member.account)),
        };
        let name = member.name.map_or_else(|| member.account.clone(), |name| format!("{} ({})", member.account, clean(&name)));
        let through = match role {
            Some(role) => Through::Role(base.clone(), assuming.clone(), role),
            None => Through::Base(base.clone()),
        };
        ways.push(Way { name, options: options.clone(), through });
    }
    Ok((ways, left_out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_accounts() {
        let text = "\u{FEFF}# ours\n111122223333\n\n  444455556666  Shop, production  # the big one\n\
                    arn:aws-us-gov:iam::777788889999:role/audit/reader gov\r\n";
        let read: Vec<(String, Option<String>, Option<String>)> = members(text)
            .unwrap()
            .into_iter()
            .map(|member| (member.account, member.name, member.role.map(|role| role.as_str().to_owned())))
            .collect();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            read,
            [
                ("111122223333".to_owned(), None, None),
                ("444455556666".to_owned(), text("Shop, production"), None),
                ("777788889999".to_owned(), text("gov"), text("arn:aws-us-gov:iam::777788889999:role/audit/reader")),
            ]
        );
        assert_eq!(members("# nobody\n\n"), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_account_names_its_line() {
        for (text, line) in [
            ("12345678901", 1),
            ("\nprod", 2),
            ("111122223333\n\u{1b}[31m", 2),
            ("arn:aws:iam::111122223333:user/x", 1),
            ("arn:aws:iam::111122223333:role/", 1),
            ("arn:aws:iam::1111:role/x", 1),
            ("arn:aws:sts::111122223333:role/x", 1),
            ("111122223333\n# again\n111122223333 twice", 3),
            ("111122223333\narn:aws:iam::111122223333:role/x", 2),
        ] {
            let error = members(text).unwrap_err();
            assert_eq!(error.line, line, "{text:?}: {error}");
            assert!(!error.to_string().contains('\u{1b}'));
        }
    }
}
