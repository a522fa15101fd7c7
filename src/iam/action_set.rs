//! Sets of actions: those that AWS documents as bits, those that it does not as patterns.

use std::collections::BTreeSet;

use super::{
    Document, PolicySet, Statement,
    bits::Bits,
    catalog::{Action, Catalog},
    cells,
    glob::{self, ActionPattern, Token},
    policy_set::{Bearing, Named},
};

/// A set of actions.
///
/// Patterns that cover no action AWS documents are kept as they are: they may be of a service that is new. In what they
/// have in common with wildcards of others, a set is rather too large than too small.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActionSet {
    known: Bits,
    /// Patterns, in lower case, that cover nothing known.
    unknown: BTreeSet<String>,
    /// Whether every action is meant that nobody has thought of.
    all: bool,
    /// Services of which every action is meant.
    whole: Bits,
    /// Services of which wildcards mean actions that may be new.
    wild: Bits,
}

impl ActionSet {
    /// The set of every action.
    pub fn everything() -> Self {
        Self { known: Bits::below(Catalog::embedded().len()), all: true, ..Self::default() }
    }

    /// The actions that any of `patterns` covers.
    pub fn of_patterns<'p>(patterns: impl IntoIterator<Item = &'p str>) -> Self {
        let mut set = Self::default();
        for pattern in patterns {
            set.add(&ActionPattern::new(pattern), true);
        }
        set
    }

    /// The actions that a statement speaks of, whatever its effect, resources and conditions: for an Allow as many as the
    /// documents let one think, for a Deny as few.
    pub fn of_statement(statement: &Statement) -> Self {
        let wide = statement.is_allow() != statement.not_action;
        let mut set = Self::default();
        for pattern in &statement.actions {
            set.add(pattern, wide);
        }
        if !statement.not_action {
            return set;
        }
        // What a Deny leaves out may be more than is known of.
        let all = !set.all && (statement.is_allow() || (set.unknown.is_empty() && set.wild.is_empty()));
        Self { known: Bits::below(Catalog::embedded().len()).difference(&set.known), all, ..Self::default() }
    }

    /// What some Allow of `document` grants on some resource under some condition, less what it denies without condition
    /// on everything.
    pub fn effective(document: &Document) -> Self {
        let statements = || document.statements.iter().map(|statement| &**statement);
        Self::allowed(statements()).difference(&Self::denied(statements()))
    }

    /// What the policies leave a caller: granted to it, within its boundary, its session policy and every level of service
    /// control, and denied by none of these on everything without condition. The resources' own policies are left aside.
    pub fn of_policies(policies: &PolicySet) -> Self {
        Self::of_bearing(&policies.into())
    }

    pub(super) fn of_bearing(policies: &Bearing<'_>) -> Self {
        fn of(named: &[Named]) -> impl Iterator<Item = &Statement> + Clone {
            named.iter().flat_map(|policy| &policy.document.statements).map(|statement| &**statement)
        }
        let mut set = Self::allowed(of(policies.identity));
        let session = policies.session.map(std::slice::from_ref);
        let limits = policies.boundary.into_iter().chain(session).chain(policies.scp.iter().map(Vec::as_slice));
        for limit in limits.clone() {
            set = set.intersection(&Self::allowed(of(limit)));
        }
        for denying in limits.chain([policies.identity]) {
            set = set.difference(&Self::denied(of(denying)));
        }
        set
    }

    fn allowed<'s>(statements: impl Iterator<Item = &'s Statement>) -> Self {
        let mut set = Self::default();
        for statement in statements.filter(|statement| statement.is_allow()) {
            if statement.not_action {
                set = set.union(&Self::of_statement(statement));
            } else {
                statement.actions.iter().for_each(|pattern| set.add(pattern, true));
            }
        }
        set
    }

    /// What is denied whatever the resource and the context.
    fn denied<'s>(statements: impl Iterator<Item = &'s Statement>) -> Self {
        let everywhere = |statement: &Statement| {
            let resources = statement.resources.as_ref();
            !statement.not_resource && resources.is_some_and(|patterns| patterns.iter().any(|pattern| pattern.text() == "*"))
        };
        statements
            .filter(|statement| !statement.is_allow() && statement.conditions.is_empty() && everywhere(statement))
            .fold(Self::default(), |set, statement| set.union(&Self::of_statement(statement)))
    }

    /// Adds what `pattern` covers. What the documents leave open counts when `wide`.
    fn add(&mut self, pattern: &ActionPattern, wide: bool) {
        let catalog = Catalog::embedded();
        let tokens = pattern.tokens();
        if pattern.is_everything() {
            self.known = Bits::below(catalog.len());
            self.all = true;
            return;
        }
        if !pattern.names_service() {
            // IAM demands a service: whether it takes such a pattern is not documented.
            if wide {
                let covered = |action: &Action| glob::matches(tokens, &catalog.full_name(action).to_ascii_lowercase());
                let places = catalog.actions().iter().enumerate().filter(|(_, action)| covered(action)).map(|(place, _)| place);
                self.known.extend(places);
                self.unknown.insert(glob::literal(tokens));
            }
            return;
        }
        let found = self.add_of_service(catalog, tokens);
        if !found {
            self.unknown.insert(glob::literal(tokens));
        }
    }

    /// Adds what `tokens` cover, which name a service; false when that is nothing.
    fn add_of_service(&mut self, catalog: &Catalog, tokens: &[Token]) -> bool {
        let text = |tokens: &[Token]| -> String {
            tokens.iter().map_while(|token| if let Token::Char(c) = token { Some(*c) } else { None }).collect()
        };
        let Some(colon) = tokens.iter().position(|token| *token == Token::Char(':')) else { return false };
        let (service, name) = tokens.split_at(colon);
        let name = name.get(1..).unwrap_or_default();
        let Some((place, service)) = catalog.place_of_service(&text(service)) else { return false };
        let prefix = text(name);
        let rest = name.get(prefix.chars().count()..).unwrap_or_default();
        if !rest.is_empty() {
            self.wild.insert(place);
        }
        let range = catalog.beginning(service, &prefix);
        if rest.iter().all(|token| *token == Token::Many) {
            if rest.is_empty() {
                let exact = range.clone().find(|at| catalog.actions().get(*at).is_some_and(|action| action.name.len() == prefix.len()));
                self.known.extend(exact);
                return exact.is_some();
            }
            if prefix.is_empty() {
                self.whole.insert(place);
            }
            self.known.extend(range.clone());
            return !range.is_empty();
        }
        let mut found = false;
        for at in range {
            let Some(action) = catalog.actions().get(at) else { break };
            if glob::matches(name, &action.name.to_ascii_lowercase()) {
                self.known.insert(at);
                found = true;
            }
        }
        found
    }

    /// The actions in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            known: self.known.union(&other.known),
            unknown: self.unknown.union(&other.unknown).cloned().collect(),
            all: self.all || other.all,
            whole: self.whole.union(&other.whole),
            wild: self.wild.union(&other.wild),
        }
    }

    /// The actions in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let of =
            |set: &Self, limit: &Self| -> Vec<String> { set.unknown.iter().filter(|pattern| limit.may_cover(pattern)).cloned().collect() };
        let both = |a: &Bits, b: &Bits| match (self.all, other.all) {
            (true, true) => a.union(b),
            (true, false) => b.clone(),
            (false, true) => a.clone(),
            (false, false) => a.intersection(b),
        };
        Self {
            known: self.known.intersection(&other.known),
            unknown: of(self, other).into_iter().chain(of(other, self)).collect(),
            all: self.all && other.all,
            whole: both(&self.whole, &other.whole),
            wild: both(&self.wild, &other.wild),
        }
    }

    /// The actions that are not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        if other.known.is_empty() && other.unknown.is_empty() && !other.all {
            return self.clone();
        }
        Self {
            known: self.known.difference(&other.known),
            unknown: self.unknown.iter().filter(|pattern| !other.covers(pattern)).cloned().collect(),
            all: self.all && !other.all,
            whole: if other.all { Bits::default() } else { self.whole.difference(&other.whole.union(&other.wild)) },
            wild: if other.all { Bits::default() } else { self.wild.difference(&other.whole) },
        }
    }

    /// Whether every action is in `other` too.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.known.is_subset(&other.known)
            && (other.all || (!self.all && self.whole.is_subset(&other.whole)))
            && self.unknown.iter().all(|pattern| other.covers(pattern))
    }

    /// Whether the unknown `pattern` may have something in common with it.
    fn may_cover(&self, pattern: &str) -> bool {
        let service = || pattern.split_once(':').and_then(|(service, _)| Catalog::embedded().place_of_service(service));
        let tokens = glob::tokens(pattern);
        self.all
            || service().is_some_and(|(place, _)| self.wild.contains(place))
            || self.unknown.iter().any(|other| glob::overlap(&glob::tokens(other), &tokens))
    }

    /// Whether the unknown `pattern` is within it for certain.
    fn covers(&self, pattern: &str) -> bool {
        let service = || pattern.split_once(':').and_then(|(service, _)| Catalog::embedded().place_of_service(service));
        let tokens = glob::tokens(pattern);
        self.all
            || service().is_some_and(|(place, _)| self.whole.contains(place))
            || self.unknown.iter().any(|other| cells::contains(&glob::tokens(other), &tokens))
    }

    /// How many of the actions AWS documents are in it.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether nothing is in it, known or not.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty() && self.unknown.is_empty() && !self.all
    }

    /// The actions AWS documents, by service and name.
    pub fn iter(&self) -> impl Iterator<Item = &'static Action> {
        let actions = Catalog::embedded().actions();
        self.known.iter().filter_map(|place| actions.get(place))
    }

    /// Whether an action of `service` that AWS documents is in it.
    pub fn has_service(&self, service: &str) -> bool {
        Catalog::embedded().service(service).is_some_and(|service| service.places().any(|place| self.known.contains(place)))
    }

    /// The actions AWS documents, with their places.
    pub(super) fn places(&self) -> impl Iterator<Item = (usize, &'static Action)> {
        let actions = Catalog::embedded().actions();
        self.known.iter().filter_map(|place| Some((place, actions.get(place)?)))
    }

    /// Whether the action at this place is in it.
    pub(super) fn has_place(&self, place: usize) -> bool {
        self.known.contains(place)
    }

    /// Patterns, in lower case, that cover no action AWS documents.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        self.unknown.iter().map(String::as_str)
    }

    /// Whether `action` is in it, such as `s3:GetObject`.
    pub fn contains(&self, action: &str) -> bool {
        match Catalog::embedded().place(action) {
            Some(place) => self.known.contains(place),
            None => self.covers(&action.to_lowercase()),
        }
    }

    /// How many of the actions AWS documents there are of each of [`AccessLevel::ALL`](super::AccessLevel::ALL).
    pub fn count_by_level(&self) -> [usize; 5] {
        let mut counts = [0; 5];
        for action in self.iter() {
            if let Some(count) = counts.get_mut(action.level as usize) {
                *count += 1;
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::iam::AccessLevel;

    fn names(set: &ActionSet) -> Vec<String> {
        set.iter().map(|action| Catalog::embedded().full_name(action)).collect()
    }

    #[test]
    fn patterns_cover_what_their_globs_match() {
        let catalog = Catalog::embedded();
        for pattern in
            ["s3:Get*", "S3:getobject", "lambda:*Function*", "sqs:?eceive*", "dynamodb:*", "iam:*Role", "kms:Decrypt?", "logs:Put*Events"]
        {
            let tokens = glob::folded(&glob::tokens(pattern));
            let expected: Vec<String> = catalog
                .actions()
                .iter()
                .map(|action| catalog.full_name(action))
                .filter(|name| glob::matches(&tokens, &name.to_lowercase()))
                .collect();
            let set = ActionSet::of_patterns([pattern]);
            assert_eq!(names(&set), expected, "{pattern}");
            assert_eq!(set.unknown().count(), usize::from(expected.is_empty()), "{pattern}");
        }
        assert_eq!(ActionSet::of_patterns(["*"]), ActionSet::everything());
        assert_eq!(ActionSet::of_patterns(["*:*"]).len(), catalog.len());
    }

    #[test]
    fn what_nobody_knows_is_kept() {
        let set = ActionSet::of_patterns(["newsvc:Do", "s3:Get*", "s3:Invent*"]);
        assert_eq!(set.unknown().collect::<Vec<_>>(), ["newsvc:do", "s3:invent*"]);
        assert!(set.contains("NewSvc:Do") && set.contains("s3:InventThing") && !set.contains("newsvc:Undo"));
        assert_eq!(set.intersection(&ActionSet::everything()), set);
        // A wildcard of the service may cover what is new, but does not for certain.
        assert_eq!(set.intersection(&ActionSet::of_patterns(["s3:*"])).unknown().collect::<Vec<_>>(), ["s3:invent*"]);
        assert_eq!(set.difference(&ActionSet::of_patterns(["s3:G*"])).unknown().count(), 2);
        assert_eq!(set.difference(&ActionSet::of_patterns(["s3:*", "newsvc:D*"])).unknown().count(), 0);
        assert!(set.is_subset(&ActionSet::everything()) && !ActionSet::everything().is_subset(&set));
    }

    #[test]
    fn a_policy_grants_what_it_allows_and_does_not_deny() {
        let effective = |statements: &str| {
            ActionSet::effective(&Document::parse(&format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)).expect("a policy"))
        };
        let all = r#"{"Effect":"Allow","Action":"sqs:*","Resource":"*"}"#;
        let whole = effective(all).len();
        let cases = [
            (r#"{"Effect":"Deny","Action":"sqs:Delete*","Resource":"*"}"#, true),
            (r#"{"Effect":"Deny","Action":"sqs:Delete*","Resource":"arn:aws:sqs:*:*:a"}"#, false),
            (r#"{"Effect":"Deny","Action":"sqs:Delete*","NotResource":"*"}"#, false),
            (r#"{"Effect":"Deny","Action":"sqs:Delete*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#, false),
            (r#"{"Effect":"Deny","NotAction":"sqs:Send*","Resource":"*"}"#, true),
        ];
        for (deny, less) in cases {
            assert_eq!(effective(&format!("{all},{deny}")).len() < whole, less, "{deny}");
        }
        let but = effective(r#"{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}"#);
        assert!(but.contains("s3:GetObject") && but.contains("newsvc:Do") && !but.contains("iam:PassRole"));
        assert_eq!(ActionSet::of_patterns(["sqs:ReceiveMessage", "iam:PutRolePolicy"]).count_by_level()[AccessLevel::Read as usize], 1);
    }

    fn sets() -> impl Strategy<Value = ActionSet> {
        let pattern = prop::sample::select(vec![
            "s3:*",
            "s3:Get*",
            "s3:GetObject",
            "sqs:*Message",
            "newsvc:Do",
            "newsvc:*",
            "s3:New",
            "iam:*",
            "*",
            "s3:Ne*",
        ]);
        prop::collection::vec(pattern, 0..4).prop_map(ActionSet::of_patterns)
    }

    proptest! {
        #[test]
        fn sets_keep_the_laws(a in sets(), b in sets(), c in sets()) {
            prop_assert_eq!(a.union(&b), b.union(&a));
            prop_assert_eq!(a.intersection(&b), b.intersection(&a));
            prop_assert_eq!(a.union(&a), a.clone());
            prop_assert_eq!(a.union(&b).union(&c), a.union(&b.union(&c)));
            prop_assert!(a.is_subset(&a.union(&b)));
            prop_assert!(a.difference(&b).known.is_subset(&a.known));
            prop_assert!(a.difference(&a.union(&b)).known.is_empty());
            prop_assert_eq!(a.intersection(&ActionSet::everything()).known, a.known.clone());
            prop_assert_eq!(a.intersection(&b.union(&c)).known, a.intersection(&b).union(&a.intersection(&c)).known);
            // A limit never adds, and a denial never adds.
            prop_assert!(a.intersection(&b).known.is_subset(&a.known));
            if a.is_subset(&b) && b.is_subset(&c) { prop_assert!(a.is_subset(&c)); }
        }
    }
}
