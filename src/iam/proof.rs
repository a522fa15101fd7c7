//! Why a decision came out as it did.

use std::sync::Arc;

use super::{
    decide::{Case, Judgement, Live, Side},
    holder::{Decision, Outcome, Permission},
    policy_set::Layer,
    request::Keys,
    truth::Truth,
};

impl Case<'_> {
    /// Adds the statements that decided, and what the decision depends on.
    pub(super) fn explain(&self, keys: &dyn Keys, judgement: &Judgement, decision: &mut Decision) {
        let prove = |proof: &mut Vec<Permission>, layer: Layer, lives: &[Live<'_>], wanted: &dyn Fn(Truth) -> bool| {
            let found = lives.iter().filter(|live| wanted(self.applies(live, keys)));
            proof.extend(found.map(|live| Permission { policy: live.policy.to_owned(), statement: Arc::clone(live.statement), layer }));
        };
        match decision.outcome {
            Outcome::ExplicitlyDenied => {
                for (layer, bench) in self.benches() {
                    prove(&mut decision.proof, layer, &bench.denies, &|truth| truth == Truth::True);
                }
            }
            Outcome::Allowed | Outcome::ImplicitlyDenied => {
                prove(&mut decision.proof, Layer::Identity, &self.identity.allows, &|truth| truth == Truth::True);
                prove(&mut decision.proof, Layer::Resource, &self.own.allows, &|truth| truth == Truth::True);
            }
            Outcome::Conditional => {
                for (layer, bench) in self.benches() {
                    prove(&mut decision.proof, layer, &bench.allows, &|truth| truth != Truth::False);
                    prove(&mut decision.proof, layer, &bench.denies, &|truth| truth == Truth::Unknown);
                }
                decision.condition = Some(self.open_in_words(keys));
            }
        }
        if decision.outcome == Outcome::Allowed {
            let scp = self.scp.iter().map(|level| (Layer::ServiceControl, level));
            let single = [(Layer::Boundary, &self.boundary), (Layer::Session, &self.session), (Layer::Endpoint, &self.endpoint)];
            for (layer, bench) in single.into_iter().filter_map(|(layer, bench)| Some((layer, bench.as_ref()?))).chain(scp) {
                prove(&mut decision.agreed, layer, &bench.allows, &|truth| truth == Truth::True);
            }
        }
        if matches!(decision.outcome, Outcome::ImplicitlyDenied | Outcome::ExplicitlyDenied) {
            decision.blocked_by = self.blockers(judgement);
        }
    }

    /// The kinds of policies that stand in the way.
    fn blockers(&self, judgement: &Judgement) -> Vec<Layer> {
        use Layer::{Boundary, Endpoint, Identity, Resource, ResourceControl, ServiceControl, Session};
        let missing = [
            (Identity, judgement.identity == Truth::False && self.side != Side::Outside),
            (Boundary, judgement.boundary == Truth::False),
            (Session, judgement.session == Truth::False),
            (Resource, judgement.own == Truth::False && (self.side != Side::Same || self.needs_own)),
            (ServiceControl, judgement.scp == Truth::False),
            (ResourceControl, false),
            (Endpoint, judgement.endpoint == Truth::False),
        ];
        missing
            .into_iter()
            .filter(|(layer, missing)| *missing || judgement.denied_by[*layer as usize] == Truth::True)
            .map(|(layer, _)| layer)
            .collect()
    }

    /// The conditions that are not decided, in words.
    fn open_in_words(&self, keys: &dyn Keys) -> String {
        let open = |live: &Live<'_>| -> Option<String> {
            if self.applies(live, keys) != Truth::Unknown {
                return None;
            }
            let words: Vec<String> = live
                .statement
                .conditions
                .iter()
                .filter(|condition| condition.holds(keys) == Truth::Unknown)
                .map(ToString::to_string)
                .collect();
            Some(if words.is_empty() { "the statement covers it, which AWS does not document".to_owned() } else { words.join(" and ") })
        };
        let mut words: Vec<String> = Vec::new();
        for (_, bench) in self.benches() {
            // One allow without open conditions is enough.
            if self.any(&bench.allows, keys) == Truth::Unknown {
                words.push(format!("only if {}", few(bench.allows.iter().filter_map(open).collect()).join(", or ")));
            }
            words.extend(few(bench.denies.iter().filter_map(open).map(|words| format!("not if {words}")).collect()));
        }
        words.dedup();
        words.join("; ")
    }
}

/// More ways than this are counted, not told.
const MOST_WAYS: usize = 12;

/// The first of many, and how many more there are.
fn few(mut ways: Vec<String>) -> Vec<String> {
    if ways.len() > MOST_WAYS {
        let more = ways.len() - MOST_WAYS;
        ways.truncate(MOST_WAYS);
        ways.push(format!("{more} more"));
    }
    ways
}
