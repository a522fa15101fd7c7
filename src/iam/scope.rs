//! Where a statement grants, before anything takes away: enough to find the few resources that are worth a decision.

use std::{collections::HashMap, sync::Arc};

use super::{
    Holder, Keyring, Permission, Statement,
    decide::{covers_action, covers_resource},
    glob::{ArnPattern, Cover, tokens},
    template::ResourcePattern,
    truth::Truth,
};
use crate::model::Arn;

/// Where an Allow statement grants an action.
#[derive(Debug, Clone)]
pub struct Scope<'a> {
    /// The statement.
    pub permission: &'a Permission,
    /// The patterns as written; none when it may be anything: `NotResource`, or a variable.
    pub patterns: Option<Vec<&'a str>>,
    /// Whether the statement grants without any condition.
    pub unconditional: bool,
}

impl Holder<'_> {
    /// The Allow statements that speak of `action`, such as `iam:PassRole`.
    pub fn scopes(&self, action: &str) -> Vec<Scope<'_>> {
        let action = action.to_lowercase();
        let speaks = |permission: &&Permission| covers_action(&permission.statement, &action) != Truth::False;
        self.permissions
            .iter()
            .filter(speaks)
            .map(|permission| {
                let statement = &permission.statement;
                let open = statement.not_resource || statement.variable;
                let patterns = (!open).then(|| statement.resources.iter().flatten().map(ResourcePattern::text).collect());
                let sure = covers_action(statement, &action) == Truth::True;
                Scope { permission, patterns, unconditional: sure && statement.conditions.is_empty() }
            })
            .collect()
    }

    /// Whether something may take `action` away again: a deny, a boundary, the organization, or a policy that was not read.
    pub fn is_limited(&self, action: &str) -> bool {
        let action = action.to_lowercase();
        let policies = self.bearing();
        let denies = |policies: &[super::Named]| {
            let statements = policies.iter().flat_map(|policy| &policy.document.statements);
            statements.into_iter().any(|statement| !statement.is_allow() && covers_action(statement, &action) != Truth::False)
        };
        // A level that allows everything but what it denies is the usual one.
        let narrows = |level: &Vec<super::Named>| {
            let mut statements = level.iter().flat_map(|policy| &policy.document.statements).filter(|statement| statement.is_allow());
            denies(level)
                || !statements.any(|statement| {
                    statement.conditions.is_empty()
                        && covers_action(statement, &action) == Truth::True
                        && !statement.not_resource
                        && statement.resources().any(|pattern| pattern == "*")
                })
        };
        !self.gaps.is_empty() || policies.boundary.is_some() || denies(policies.identity) || policies.scp.iter().any(narrows)
    }
}

impl Statement {
    /// Whether it covers `action`, or may: `*` is asked of those that cover every action.
    pub fn speaks_of(&self, action: &str) -> bool {
        covers_action(self, &action.to_lowercase()) != Truth::False
    }

    /// Whether it covers `resource`, or may: `*` is asked of those that cover everything.
    pub fn is_about(&self, resource: &str) -> bool {
        covers_resource(self, resource, &Keyring::unknown()) != Truth::False
    }
}

/// ARNs that are looked up by pattern; a pattern is matched once.
#[derive(Debug, Default)]
pub struct ArnIndex {
    arns: Vec<Arn>,
    places: HashMap<Arn, u32>,
    found: HashMap<String, Arc<[u32]>>,
}

impl ArnIndex {
    /// Indexes `arns`.
    pub fn new(arns: impl IntoIterator<Item = Arn>) -> Self {
        let arns: Vec<Arn> = arns.into_iter().collect();
        let places = arns.iter().zip(0..).map(|(arn, at)| (arn.clone(), at)).collect();
        Self { arns, places, found: HashMap::new() }
    }

    /// The ARNs, in the order of their numbers.
    pub fn arns(&self) -> &[Arn] {
        &self.arns
    }

    /// The number of `arn`, if it is among them.
    pub fn number(&self, arn: &Arn) -> Option<u32> {
        self.places.get(arn).copied()
    }

    /// Whether `arn` is among them.
    pub fn holds(&self, arn: &Arn) -> bool {
        self.places.contains_key(arn)
    }

    /// The numbers of those that `pattern` covers in an Allow statement, for certain or perhaps.
    pub fn matching(&mut self, pattern: &str) -> Arc<[u32]> {
        if let Some(found) = self.found.get(pattern) {
            return Arc::clone(found);
        }
        let found: Arc<[u32]> = if pattern.contains(['*', '?']) {
            let parsed = ArnPattern::new(tokens(pattern));
            (0..).zip(&self.arns).filter(|(_, arn)| parsed.covers(arn.as_str()) != Cover::No).map(|(at, _)| at).collect()
        } else {
            self.places.get(&Arn::new(pattern)).copied().into_iter().collect()
        };
        self.found.insert(pattern.to_owned(), Arc::clone(&found));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_finds_what_it_covers() {
        let arn = |name: &str| Arn::new(format!("arn:aws:iam::123456789012:role/{name}"));
        let mut index = ArnIndex::new([arn("a"), arn("b"), arn("path/a")]);
        assert_eq!(&*index.matching("*"), [0, 1, 2]);
        assert_eq!(&*index.matching("arn:aws:iam::123456789012:role/a"), [0]);
        assert_eq!(&*index.matching("arn:aws:iam::*:role/*a"), [0, 2]);
        assert_eq!(&*index.matching("arn:aws:iam::210987654321:role/*"), [] as [u32; 0]);
    }
}
