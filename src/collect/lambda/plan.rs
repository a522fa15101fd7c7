//! Which questions a function still has to be asked: all of them, those that a change raises, or none.

use std::cmp::Reverse;

use super::{GET_RECURSION, GET_RUNTIME_MANAGEMENT, GET_SCALING, LIST_ALIASES, LIST_EVENT_INVOKE, LIST_VERSIONS, VERSIONS_READ};
use crate::{
    collect::{Depth, errand::Errand},
    model::{Arn, EnvironmentValue, Fact, Function, FunctionDetail, Gap, PackageType, Timestamp},
};

/// A question about one function; one call, but for the policies of its aliases and versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    Function,
    Policy,
    Urls,
    Aliases,
    Versions,
    RuntimeManagement,
    Recursion,
    EventInvoke,
    Scaling,
}

/// What decides exposure: the first round.
const CORE: [Question; 3] = [Question::Function, Question::Policy, Question::Urls];
/// The second round.
const REST: [Question; 6] =
    [Question::Aliases, Question::Versions, Question::RuntimeManagement, Question::Recursion, Question::EventInvoke, Question::Scaling];

impl Question {
    /// What there is to ask of `function` at this depth.
    pub(super) fn all(function: &Function, depth: Depth) -> impl Iterator<Item = Self> {
        let core = if depth >= Depth::Core { CORE.as_slice() } else { &[] };
        let rest = if depth >= Depth::Full { REST.as_slice() } else { &[] };
        core.iter().chain(rest).copied().filter(|question| question.applies_to(function))
    }

    fn applies_to(self, function: &Function) -> bool {
        match self {
            Self::RuntimeManagement => function.package_type == PackageType::Zip,
            Self::Scaling => function.capacity_provider.is_some(),
            _ => true,
        }
    }

    fn is_core(self) -> bool {
        CORE.contains(&self)
    }

    /// What was not answered, each cause once; without what is never asked.
    fn gaps(self, function: &Function) -> Vec<&Gap> {
        let policies = |wanted: &dyn Fn(&str) -> bool| {
            let known = function.policies.iter().filter(|(qualifier, _)| wanted(qualifier));
            known.filter_map(|(_, policy)| policy.gap()).collect::<Vec<_>>()
        };
        let numbers = || function.versions.known().into_iter().flatten().map(|version| version.number.as_str());
        let mut gaps = match self {
            Self::Function => [
                function.state.gap(),
                function.code.gap(),
                function.runtime_version.gap(),
                function.tags.gap(),
                function.reserved_concurrency.gap(),
            ]
            .into_iter()
            .flatten()
            .collect(),
            Self::Policy => policies(&|qualifier| qualifier == Function::UNQUALIFIED),
            Self::Urls => function.urls.gap().into_iter().collect(),
            Self::Aliases => {
                let aliases = || function.aliases.known().into_iter().flatten();
                let mut gaps = policies(&|qualifier| aliases().any(|alias| alias.name == qualifier));
                gaps.extend(function.aliases.gap());
                gaps
            }
            Self::Versions => {
                let mut gaps = policies(&|qualifier| numbers().rev().take(VERSIONS_READ).any(|number| number == qualifier));
                gaps.extend(function.versions.gap());
                gaps
            }
            Self::RuntimeManagement => function.runtime_management.gap().into_iter().collect(),
            Self::Recursion => function.recursive_loop_terminated.gap().into_iter().collect(),
            Self::EventInvoke => function.event_invoke.gap().into_iter().collect(),
            Self::Scaling => function.scaling.gap().into_iter().collect(),
        };
        gaps.sort();
        gaps.dedup_by(|a, b| (a.kind, &a.action) == (b.kind, &b.action));
        gaps
    }
}

/// What one function is to be asked.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) arn: Arn,
    pub(super) name: String,
    /// Round one, and round two.
    pub(super) rounds: [Vec<Question>; 2],
    /// Whether that is everything.
    pub(super) whole: bool,
    /// The versions that are known, when its aliases are asked and they are not.
    versions: Option<Vec<String>>,
    rank: Rank,
}

/// What is asked first: functions that are new or have changed, then those whose details are oldest; among them where
/// trouble is likelier: what looks like a secret, what changed last.
type Rank = (Option<Timestamp>, Reverse<(bool, Option<Timestamp>)>);

impl Plan {
    /// Takes over what is known of `function` and gives what remains to ask. Causes of gaps that nobody asks about
    /// again go to `note`.
    pub(super) fn make(function: &mut Function, errand: &Errand, depth: Depth, mut note: impl FnMut(&Gap)) -> Option<Self> {
        let before = errand.function(&function.arn);
        if let Some(before) = before {
            function.inherit(before);
        }
        settle(function, depth);
        let stale = errand.is_stale(function.details_as_of);
        let same = before.is_some_and(|before| function.same_revision(before));
        // Being made, or being changed: that ends without another revision.
        let passing = function.state.known().is_ok_and(|state| state.state == "Pending" || state.last_update == "InProgress");
        let asked = |question: &Question| match question {
            _ if stale => true,
            Question::Function => !same || passing,
            Question::Policy | Question::Urls | Question::Aliases | Question::Scaling => !same,
            _ => false,
        };
        let (mut first, mut then) = (Vec::new(), Vec::new());
        for question in Question::all(function, depth) {
            let gaps = question.gaps(function);
            if asked(&question) || gaps.iter().any(|gap| gap.may_close()) {
                if question.is_core() { first.push(question) } else { then.push(question) }
            } else {
                gaps.into_iter().filter(|gap| !gap.action.is_empty()).for_each(&mut note);
            }
        }
        if first.is_empty() && then.is_empty() {
            return None;
        }
        let lone_aliases = then.contains(&Question::Aliases) && !then.contains(&Question::Versions);
        let versions = || Some(function.versions.known().ok()?.iter().map(|version| version.number.clone()).collect());
        Some(Self {
            arn: function.arn.clone(),
            name: function.name.clone(),
            rounds: [first, then],
            whole: stale,
            versions: lone_aliases.then(versions).flatten(),
            rank: rank(function, same),
        })
    }

    /// Sorts plans by what is to be asked first.
    pub(super) fn sort(plans: &mut [Self]) {
        plans.sort_by(|a, b| (a.rank, &a.arn).cmp(&(b.rank, &b.arn)));
    }

    /// Whether an alias points to a version that was published since versions were listed.
    pub(super) fn is_behind(&self, answers: &[FunctionDetail]) -> bool {
        let Some(versions) = &self.versions else { return false };
        answers.iter().any(|answer| match answer {
            FunctionDetail::Aliases(Fact::Known(aliases), _) => aliases
                .iter()
                .flat_map(|alias| alias.weights.keys().chain([&alias.version]))
                .any(|version| version != Function::UNQUALIFIED && !versions.contains(version)),
            _ => false,
        })
    }
}

fn rank(function: &Function, same: bool) -> Rank {
    let secrets = function
        .environment
        .known()
        .is_ok_and(|variables| variables.values().any(|value| matches!(value, EnvironmentValue::Redacted { secret: Some(_), .. })));
    (function.details_as_of.filter(|_| same), Reverse((secrets, function.last_modified)))
}

/// What follows from the configuration and the depth alone.
pub(super) fn settle(function: &mut Function, depth: Depth) {
    if depth < Depth::Full {
        // What was read in full once is older than this reading says.
        for detail in [
            FunctionDetail::Aliases(Fact::unread(LIST_ALIASES.action), [].into()),
            FunctionDetail::Versions(Fact::unread(LIST_VERSIONS.action), [].into()),
            FunctionDetail::RuntimeManagement(Fact::unread(GET_RUNTIME_MANAGEMENT.action)),
            FunctionDetail::Recursion(Fact::unread(GET_RECURSION.action)),
            FunctionDetail::EventInvoke(Fact::unread(LIST_EVENT_INVOKE.action)),
            FunctionDetail::Scaling(Fact::unread(GET_SCALING.action)),
        ] {
            function.learn(detail);
        }
    }
    if !Question::RuntimeManagement.applies_to(function) {
        function.runtime_management = Gap::unsupported("container images bring their own runtime").into();
    }
    if !Question::Scaling.applies_to(function) {
        function.scaling = Fact::Known(None);
    }
}
