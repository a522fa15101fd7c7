//! Blast radius, and the same asked backwards.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Access, Graph, Grip, Hop, Node, Path, Proof, Radius, Reacher, Total, Touched, Via,
    holdings::{Stock, Use},
    map::{Place, PlaceId},
    sink::Sink,
    tell,
    walk::{From, Toward},
};
use crate::model::Arn;

/// Principals whose own permissions are looked at, on the way of one subject. Who reaches more reaches administrators first.
const MOST_PRINCIPALS: usize = 500;

/// Paths to data that are told of one beginning.
const MOST_DATA: usize = 200;

impl Graph<'_> {
    /// What `subject` can do to the account.
    pub fn reach(&self, subject: &Node) -> Radius {
        let mut stock = Stock::new(self.account().posture());
        let mut touched: BTreeMap<(Arn, Via), Touched> = BTreeMap::new();
        let mut admin = *subject == Node::Admin;
        if let Some((start, more)) = self.starts(subject).split_first() {
            let had = From::from_all(self.map(), *start, more, None);
            admin |= had.has(self.everything());
            let own = self.own_principal(subject);
            for (principal, hops) in self.principals_had(&had) {
                let via = if own.as_ref() == Some(&principal) { Via::Direct } else { Via::Escalation };
                for (arn, (sink, uses)) in stock.uses(self.account(), &principal) {
                    let hops: &[Hop] = if via == Via::Direct { &[] } else { &hops };
                    uses.into_iter().for_each(|used| touch(&mut touched, arn.clone(), sink, via, hops, used));
                }
            }
            for (arn, sink, access, hops) in self.sent(&had, &stock, subject) {
                let via = if hops.len() > 1 { Via::Escalation } else { Via::Direct };
                for access in access {
                    let used = Use { access: *access, action: "", condition: None, proof: Vec::new() };
                    touch(&mut touched, arn.clone(), sink, via, &hops, used);
                }
            }
            let owns_all = own.is_some_and(|own| self.is_administrator(&own));
            if admin && !owns_all {
                let hops = had.steps(self.map(), self.everything()).map(|steps| tell::hops(self.map(), &steps)).unwrap_or_default();
                for (sink, arns) in stock.kinds() {
                    for (arn, (access, _)) in arns.iter().flat_map(|arn| sink.uses.iter().map(move |used| (arn, used))) {
                        let used = Use { access: *access, action: "", condition: None, proof: Vec::new() };
                        touch(&mut touched, arn.clone(), sink, Via::Escalation, &hops, used);
                    }
                }
            }
        }
        touched.retain(|(arn, _), touched| Some(arn) != subject.arn() && !touched.access.is_empty());
        let totals = totals(&stock, &touched);
        Radius { subject: subject.clone(), resources: touched.into_values().collect(), totals, admin }
    }

    /// Who can reach `resource`, outsiders first, then by their own permissions.
    pub fn who(&self, resource: &Arn) -> Vec<Reacher> {
        let mut stock = Stock::only(self.account().posture(), resource);
        let mut found: Vec<Reacher> = Vec::new();
        let mut ends: BTreeMap<PlaceId, Vec<Access>> = BTreeMap::new();
        for principal in self.account().principals() {
            let Some((_, uses)) = stock.uses(self.account(), principal).remove(resource) else { continue };
            let node = Node::from(principal);
            let access: BTreeSet<Access> = uses.iter().map(|used| used.access).collect();
            let access: Vec<Access> = access.into_iter().collect();
            let hops = uses.into_iter().map(|used| hop(node.clone(), resource, used)).collect();
            if let Some(place) = self.map().find(&Place::At(node.clone(), Grip::Control)) {
                ends.insert(place, access.clone());
            }
            found.push(Reacher { node, access, via: Via::Direct, hops });
        }
        let sink = stock.kind_of(resource);
        if let Some(sink) = sink {
            ends.insert(self.everything(), sink.uses.iter().map(|(access, _)| *access).collect());
            for (grip, access) in [(Grip::Send, sends(sink)), (Grip::Control, controls(sink))] {
                if let Some(place) = self.map().find(&Place::At(Node::from(resource), grip)) {
                    ends.entry(place).or_insert_with(|| access.to_vec());
                }
            }
        }
        let toward = Toward::any(self.map(), ends.keys().copied());
        let direct: BTreeSet<Node> = found.iter().map(|reacher| reacher.node.clone()).collect();
        for (node, place) in self.beginnings() {
            if direct.contains(&node) || ends.contains_key(&place) {
                continue;
            }
            let Some(steps) = toward.steps(self.map(), place) else { continue };
            let Some(end) = steps.last().map(|last| self.map().numbered(*last).to) else { continue };
            let hops = tell::hops(self.map(), &steps);
            let via = if hops.len() == 1 && hops[0].to.arn() == Some(resource) { Via::Direct } else { Via::Escalation };
            found.push(Reacher { node, access: ends.get(&end).cloned().unwrap_or_default(), via, hops });
        }
        found.sort_by(|a, b| (!a.node.is_outside(), a.via, &a.node).cmp(&(!b.node.is_outside(), b.via, &b.node)));
        found
    }

    /// Paths from `from` to what `stock` holds of data, by principals on the way that are no administrators.
    pub(super) fn paths_to_data(&self, from: &Node, had: &From, stock: &mut Stock) -> Vec<Path> {
        let mut paths: BTreeMap<Arn, Path> = BTreeMap::new();
        for (principal, hops) in self.principals_had(had) {
            if self.is_administrator(&principal) || paths.len() >= MOST_DATA {
                continue;
            }
            for (arn, (sink, uses)) in stock.uses(self.account(), &principal) {
                if !sink.is_data || paths.contains_key(&arn) {
                    continue;
                }
                let Some(used) = uses.into_iter().next() else { continue };
                let all = hops.iter().cloned().chain([hop(Node::from(&principal), &arn, used)]).collect();
                paths.extend(tell::of_hops(from, all).map(|path| (arn, path)));
            }
        }
        for (arn, sink, _, hops) in self.sent(had, stock, from) {
            let is_read = hops.last().is_some_and(|hop| hop.technique.starts_with("public"));
            if sink.is_data && is_read {
                paths.extend(tell::of_hops(from, hops).map(|path| (arn, path)));
            }
        }
        paths.into_values().take(MOST_DATA).collect()
    }

    /// The account's principals that are had, with the way to each.
    fn principals_had(&self, had: &From) -> Vec<(Arn, Vec<Hop>)> {
        let principals = had.had().iter().filter_map(|place| match self.map().at(*place) {
            Place::At(Node::Resource(arn), Grip::Control) if self.account().has(arn) => Some((*place, arn.clone())),
            _ => None,
        });
        let hops = |place| had.steps(self.map(), place).map(|steps| tell::hops(self.map(), &steps)).unwrap_or_default();
        principals.take(MOST_PRINCIPALS).map(|(place, arn)| (arn, hops(place))).collect()
    }

    /// Resources that are had as such: what is sent to, or open by itself.
    fn sent(&self, had: &From, stock: &Stock, subject: &Node) -> Vec<(Arn, &'static Sink, &'static [Access], Vec<Hop>)> {
        let mut found = Vec::new();
        for place in had.had() {
            let Place::At(Node::Resource(arn), grip) = self.map().at(*place) else { continue };
            if Some(arn) == subject.arn() {
                continue;
            }
            let Some(sink) = stock.kind_of(arn) else { continue };
            let access = if *grip == Grip::Send { sends(sink) } else { controls(sink) };
            let hops = had.steps(self.map(), *place).map(|steps| tell::hops(self.map(), &steps)).unwrap_or_default();
            found.push((arn.clone(), sink, access, hops));
        }
        found
    }

    /// Whose permissions are the subject's own.
    fn own_principal(&self, subject: &Node) -> Option<Arn> {
        let arn = subject.arn()?;
        match self.account().posture().function(arn) {
            Some(function) => Some(function.role.clone()),
            None => self.account().has(arn).then(|| arn.clone()),
        }
    }

    /// Whether it is administrator by its own permissions.
    fn is_administrator(&self, principal: &Arn) -> bool {
        let Some(place) = self.map().find(&Place::At(Node::from(principal), Grip::Control)) else { return false };
        self.map()
            .leaving(place)
            .any(|(_, step)| step.to == self.everything() && self.map().label(step).is_some_and(|label| label.technique == "administrator"))
    }
}

/// What sending to a resource does to it.
fn sends(sink: &Sink) -> &'static [Access] {
    if matches!(sink.kind, "function" | "state-machine") { &[Access::Invoke] } else { &[Access::Write] }
}

/// What having a resource by itself does to it.
fn controls(sink: &Sink) -> &'static [Access] {
    if sink.kind == "function" { &[Access::Write, Access::Invoke] } else { &[Access::Read] }
}

fn hop(from: Node, resource: &Arn, used: Use) -> Hop {
    let technique = match used.access {
        Access::Read => "read",
        Access::Write => "write",
        Access::Delete => "delete",
        Access::Administer => "administer",
        Access::Invoke => "invoke",
    };
    Hop {
        from,
        to: Node::from(resource),
        technique,
        actions: vec![used.action.to_owned()],
        condition: used.condition,
        proof: used.proof,
        needs_trigger: false,
    }
}

/// Adds a use, unless the subject has it anyway.
fn touch(touched: &mut BTreeMap<(Arn, Via), Touched>, arn: Arn, sink: &Sink, via: Via, hops: &[Hop], used: Use) {
    let has = |via| touched.get(&(arn.clone(), via)).is_some_and(|known| known.access.contains(&used.access));
    if has(Via::Direct) || has(via) {
        return;
    }
    let condition = hops.iter().find_map(|hop| hop.condition.clone()).or(used.condition);
    let known = touched.entry((arn.clone(), via)).or_insert_with(|| Touched {
        arn,
        kind: sink.kind,
        access: Vec::new(),
        via,
        condition: condition.clone(),
        proof: Vec::new(),
    });
    known.access.push(used.access);
    known.access.sort();
    // It is there without a condition if any use is.
    known.condition = known.condition.take().and(condition);
    let proofs: Vec<Proof> = hops.iter().flat_map(|hop| hop.proof.iter().cloned()).chain(used.proof).collect();
    for proof in proofs {
        if !known.proof.contains(&proof) {
            known.proof.push(proof);
        }
    }
}

fn totals(stock: &Stock, touched: &BTreeMap<(Arn, Via), Touched>) -> BTreeMap<&'static str, Total> {
    let reached: BTreeSet<&Arn> = touched.keys().map(|(arn, _)| arn).collect();
    stock
        .kinds()
        .filter(|(_, arns)| !arns.is_empty())
        .map(|(sink, arns)| (sink.kind, Total { reached: arns.iter().filter(|arn| reached.contains(arn)).count(), of: arns.len() }))
        .collect()
}
