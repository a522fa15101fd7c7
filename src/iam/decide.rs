//! The decision on one request, by every policy that bears on it.

use std::sync::Arc;

use super::{
    Condition, Statement,
    holder::{Decision, Outcome},
    policy_set::{Bearing, Layer, Named, PolicySet},
    principal::Naming,
    request::{Caller, Keys, Request},
    template::Template,
    truth::Truth,
    worlds::{Walk, Worlds},
};

/// Decides `request` by `policies`.
///
/// What the context does not tell is tried out: an answer is conditional only when some value of the unknown
/// keys allows and another does not, or when there are too many to try.
pub fn decide(request: &Request, policies: &PolicySet) -> Decision {
    decide_by(request, policies.into())
}

/// Like [`decide()`], by policies that are kept elsewhere.
pub(super) fn decide_by(request: &Request, policies: Bearing<'_>) -> Decision {
    let case = Case::new(request, policies);
    let keys = &request.context;
    let first = case.judge(keys);
    let (outcome, bound) = match first.outcome() {
        Outcome::Conditional => case.explore(request),
        certain => (certain, None),
    };
    let mut decision = Decision { outcome, proof: Vec::new(), agreed: Vec::new(), condition: None, blocked_by: Vec::new() };
    case.explain(keys, &first, &mut decision);
    if let (Some(condition), Some(bound)) = (&mut decision.condition, bound) {
        condition.push_str(bound);
    }
    decision
}

/// A statement that speaks of the request, its conditions left aside.
pub(super) struct Live<'a> {
    pub(super) policy: &'a str,
    pub(super) statement: &'a Arc<Statement>,
    /// Whether it covers action, principal and, where no variables are still to be put in, resource.
    base: Truth,
    naming: Option<Naming>,
}

/// What the statements of one kind of policy say.
#[derive(Default)]
pub(super) struct Bench<'a> {
    pub(super) allows: Vec<Live<'a>>,
    pub(super) denies: Vec<Live<'a>>,
}

/// A request with the statements that speak of it.
pub(super) struct Case<'a> {
    resource: &'a str,
    pub(super) identity: Bench<'a>,
    pub(super) boundary: Option<Bench<'a>>,
    pub(super) session: Option<Bench<'a>>,
    pub(super) own: Bench<'a>,
    pub(super) scp: Vec<Bench<'a>>,
    rcp: Vec<Bench<'a>>,
    pub(super) endpoint: Option<Bench<'a>>,
    pub(super) side: Side,
    /// Whether the resource's own policy must name the caller or its account: trust policies and key policies.
    pub(super) needs_own: bool,
    /// The root user of an account holds everything.
    root: bool,
}

/// How the caller stands to the resource's account.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Same,
    Cross,
    /// Services and strangers have no identity policies.
    Outside,
}

/// What the kinds of policies make of a request.
pub(super) struct Judgement {
    deny: Truth,
    allow: Truth,
    pub(super) denied_by: [Truth; 7],
    pub(super) identity: Truth,
    pub(super) boundary: Truth,
    pub(super) session: Truth,
    pub(super) scp: Truth,
    pub(super) endpoint: Truth,
    pub(super) own: Truth,
}

impl Judgement {
    fn outcome(&self) -> Outcome {
        match (self.deny, self.allow) {
            (Truth::True, _) => Outcome::ExplicitlyDenied,
            (_, Truth::False) => Outcome::ImplicitlyDenied,
            (Truth::False, Truth::True) => Outcome::Allowed,
            _ => Outcome::Conditional,
        }
    }
}

impl<'a> Case<'a> {
    fn new(request: &'a Request, policies: Bearing<'a>) -> Self {
        let action = request.action.to_lowercase();
        let scope = Scope { action: &action, request, bounded: policies.boundary.is_some() };
        let one = |policies: &'a [Named]| scope.bench(policies, Kind::OfCaller);
        let side = match &request.caller {
            _ if policies.caller_side_only => Side::Same,
            Caller::Service(_) | Caller::Anonymous | Caller::Federated(_) => Side::Outside,
            // Without an owner, as for actions without resources, the caller's own account is meant.
            Caller::Principal(_) if request.owner().is_none() || request.owner() == request.caller.account() => Side::Same,
            Caller::Principal(_) => Side::Cross,
        };
        let scp = if request.caller.is_under_service_control() { policies.scp } else { &[] };
        let rcp = if request.caller.is_service_linked() { &[] } else { policies.rcp };
        Self {
            resource: &request.resource,
            identity: one(policies.identity),
            boundary: policies.boundary.map(one),
            session: policies.session.map(|policy| one(std::slice::from_ref(policy))),
            own: scope.bench(policies.resource, Kind::OfResource),
            scp: scp.iter().map(|level| scope.bench(level, Kind::Above)).collect(),
            rcp: rcp.iter().map(|level| scope.bench(level, Kind::OfResource)).collect(),
            endpoint: policies.endpoint.map(|policies| scope.bench(policies, Kind::OfResource)),
            side,
            root: request.caller.is_root(),
            needs_own: !policies.caller_side_only && needs_own_policy(&action, &request.resource),
        }
    }

    pub(super) fn benches(&self) -> impl Iterator<Item = (Layer, &Bench<'a>)> {
        let single = [
            (Layer::Identity, Some(&self.identity)),
            (Layer::Boundary, self.boundary.as_ref()),
            (Layer::Session, self.session.as_ref()),
            (Layer::Resource, Some(&self.own)),
            (Layer::Endpoint, self.endpoint.as_ref()),
        ];
        single
            .into_iter()
            .filter_map(|(layer, bench)| Some((layer, bench?)))
            .chain(self.scp.iter().map(|bench| (Layer::ServiceControl, bench)))
            .chain(self.rcp.iter().map(|bench| (Layer::ResourceControl, bench)))
    }

    /// Whether a statement applies to a request with these keys.
    pub(super) fn applies(&self, live: &Live<'_>, keys: &dyn Keys) -> Truth {
        let mut truth = live.base;
        if live.statement.variable {
            truth = truth.and(covers_resource(live.statement, self.resource, keys));
        }
        for condition in &live.statement.conditions {
            if truth == Truth::False {
                break;
            }
            truth = truth.and(condition.holds(keys));
        }
        truth
    }

    pub(super) fn any(&self, lives: &[Live<'_>], keys: &dyn Keys) -> Truth {
        Truth::any(lives.iter().map(|live| self.applies(live, keys)))
    }

    /// Whether the resource's own policy names the caller in one of these ways, and allows.
    fn own_allows(&self, keys: &dyn Keys, named: impl Fn(Naming) -> bool) -> Truth {
        let lives = self.own.allows.iter().filter(|live| live.naming.is_some_and(&named));
        Truth::any(lives.map(|live| self.applies(live, keys)))
    }

    fn judge(&self, keys: &dyn Keys) -> Judgement {
        let mut denied_by = [Truth::False; 7];
        for (layer, bench) in self.benches() {
            let denied = &mut denied_by[layer as usize];
            *denied = denied.or(self.any(&bench.denies, keys));
        }
        let allowed = |bench: &Option<Bench<'_>>| bench.as_ref().map_or(Truth::True, |bench| self.any(&bench.allows, keys));
        let identity = if self.root { Truth::True } else { self.any(&self.identity.allows, keys) };
        let boundary = allowed(&self.boundary);
        let session = allowed(&self.session);
        let endpoint = allowed(&self.endpoint);
        let scp = Truth::all(self.scp.iter().map(|level| self.any(&level.allows, keys)));
        let held = identity.and(boundary).and(session);
        let own = self.own_allows(keys, |_| true);
        let granted = match self.side {
            Side::Outside => own,
            Side::Cross => held.and(own),
            Side::Same => {
                // A grant to the user, to the session or to everyone goes past boundary and session policy,
                // one to the role does not.
                let past_all = self.own_allows(keys, |naming| naming == Naming::Itself);
                let past_boundary = self.own_allows(keys, |naming| naming == Naming::Everyone);
                let to_role = self.own_allows(keys, |naming| naming == Naming::Role);
                let direct = past_all.or(past_boundary.and(session)).or(to_role.and(boundary).and(session));
                direct.or(if self.needs_own { held.and(own) } else { held })
            }
        };
        Judgement {
            deny: denied_by.iter().copied().fold(Truth::False, Truth::or),
            allow: granted.and(scp).and(endpoint),
            denied_by,
            identity,
            boundary,
            session,
            scp,
            endpoint,
            own,
        }
    }

    /// Tries out what the unknown keys could be; with the outcome come words when there are more than are tried.
    fn explore(&self, request: &Request) -> (Outcome, Option<&'static str>) {
        let lives = || self.benches().flat_map(|(_, bench)| bench.allows.iter().chain(&bench.denies));
        let conditions: Vec<&Condition> = lives().flat_map(|live| &live.statement.conditions).collect();
        let patterns: Vec<&Template> = lives()
            .filter(|live| live.statement.variable)
            .flat_map(|live| live.statement.resources.iter().flatten())
            .map(|pattern| pattern.template())
            .collect();
        let worlds = Worlds::new(&conditions, &patterns, self.resource, &request.context, &|_, values| values);
        let mut seen: Option<Outcome> = None;
        let whole = worlds.walk(|keys| {
            let outcome = self.judge(keys).outcome();
            let merged = match seen {
                None => outcome,
                Some(before) if before == outcome => outcome,
                Some(Outcome::Allowed | Outcome::Conditional) => Outcome::Conditional,
                Some(_) if matches!(outcome, Outcome::Allowed | Outcome::Conditional) => Outcome::Conditional,
                // Denied either way; by a statement or for want of one.
                Some(_) => Outcome::ImplicitlyDenied,
            };
            seen = Some(merged);
            if merged == Outcome::Conditional { Walk::Stop } else { Walk::On }
        });
        let bound = (!whole || worlds.is_cut()).then_some("; the context keys can differ in more ways than are tried out");
        match seen {
            Some(outcome) if whole && worlds.is_exact() => (outcome, None),
            _ => (Outcome::Conditional, bound),
        }
    }
}

/// What policies have statements of which kind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Without principals: the caller holds them.
    OfCaller,
    /// Without principals: the caller's organization has them.
    Above,
    /// With principals.
    OfResource,
}

/// What of a request is the same for every statement.
struct Scope<'a> {
    action: &'a str,
    request: &'a Request,
    /// Whether the caller has a permissions boundary.
    bounded: bool,
}

impl Scope<'_> {
    /// The statements that speak of the request.
    fn bench<'a>(&self, policies: &'a [Named], kind: Kind) -> Bench<'a> {
        let mut bench = Bench::default();
        for policy in policies {
            for statement in &policy.document.statements {
                if let Some(live) = self.live(&policy.name, statement, kind) {
                    if statement.is_allow() { &mut bench.allows } else { &mut bench.denies }.push(live);
                }
            }
        }
        bench
    }

    fn live<'a>(&self, policy: &'a str, statement: &'a Arc<Statement>, kind: Kind) -> Option<Live<'a>> {
        let mut base = covers_action(statement, self.action);
        if base == Truth::False {
            return None;
        }
        // Asked of everything at once: what an organization takes away but for exceptions is not everything.
        if kind == Kind::Above && self.action == "*" && statement.not_action && !statement.is_allow() && !statement.actions.is_empty() {
            return None;
        }
        let mut naming = None;
        if kind == Kind::OfResource {
            let named = match &statement.principals {
                // AWS stores no such statement in a resource's policy.
                None => Truth::False,
                // Documented: such a deny always hits a principal that has a boundary.
                Some(principals) if principals.not && !statement.is_allow() && self.bounded => Truth::True,
                Some(principals) => {
                    let (named, how) = principals.cover(&self.request.caller);
                    naming = how;
                    named
                }
            };
            base = base.and(named);
        }
        if base != Truth::False && !statement.variable {
            base = base.and(covers_resource(statement, &self.request.resource, &self.request.context));
        }
        (base != Truth::False).then_some(Live { policy, statement, base, naming })
    }
}

/// Whether the statement speaks of `action`, which is in lower case.
pub(super) fn covers_action(statement: &Statement, action: &str) -> Truth {
    let covered = Truth::any(statement.actions.iter().map(|pattern| pattern.covers(action)));
    if statement.not_action { !covered } else { covered }
}

/// Whether the statement speaks of `resource`; a trust policy does without saying so.
pub(super) fn covers_resource(statement: &Statement, resource: &str, keys: &dyn Keys) -> Truth {
    let Some(patterns) = &statement.resources else { return Truth::True };
    // What is not covered for certain must not be left out for certain either.
    let wide = statement.is_allow() != statement.not_resource;
    let covered = Truth::any(patterns.iter().map(|pattern| pattern.covers(resource, wide, keys)));
    if statement.not_resource { !covered } else { covered }
}

/// Roles and keys belong to nobody whom their own policy does not name.
fn needs_own_policy(action: &str, resource: &str) -> bool {
    let part = |index| resource.splitn(6, ':').nth(index).unwrap_or_default();
    match action.split_once(':') {
        Some(("sts", name)) => {
            (name.starts_with("assumerole") || matches!(name, "tagsession" | "setsourceidentity"))
                && part(2) == "iam"
                && part(5).starts_with("role/")
        }
        Some(("kms", _)) => part(2) == "kms" && part(5).starts_with("key/"),
        _ => false,
    }
}
