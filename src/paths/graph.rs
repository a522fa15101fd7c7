//! All steps of an account, and the questions to them.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Grip, Node, Path, entry,
    holdings::Stock,
    map::{Map, Place, PlaceId, UNSURE},
    rules::{self, Change, Given, Memory, Steps},
    tell,
    walk::{From, Toward},
};
use crate::{
    iam::Account,
    model::{Arn, Gap},
};

/// Where paths are to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Administrator of the account.
    Admin,
    /// Anything that holds data.
    Data,
    /// Either of these.
    AdminOrData,
    /// This one.
    Node(Node),
}

/// All steps of an account.
#[derive(Debug)]
pub struct Graph<'a> {
    account: &'a Account<'a>,
    map: Map,
    gaps: Vec<(Node, Gap)>,
    everything: PlaceId,
    memory: Memory,
}

impl<'a> Graph<'a> {
    /// Works out the steps that `account` allows.
    pub fn new(account: &'a Account<'a>) -> Self {
        Self::from_steps(account, rules::steps(account, Given::new(account, entry::edges(account)), None))
    }

    /// Works out the steps that `account` allows: the same as [`Graph::new`] does. Where it differs from the account of this graph
    /// only in what roles hold and whom they trust, the steps of all those whom that does not concern are taken over.
    pub fn again<'b>(&self, account: &'b Account<'b>) -> Graph<'b> {
        let Some(change) = Change::between(self.account, account.posture()) else { return Graph::new(account) };
        let given = self.memory.given(&change).unwrap_or_else(|| Given::new(account, entry::edges(account)));
        let (steps, memory) = rules::steps(account, given, Some((&self.memory, &change)));
        // Which decisions are left out when there are too many depends on the order in which they come.
        if self.memory.is_whole && memory.is_whole { Graph::from_steps(account, (steps, memory)) } else { Graph::new(account) }
    }

    fn from_steps(account: &'a Account<'a>, (steps, memory): (Steps, Memory)) -> Self {
        let Steps { mut map, gaps } = steps;
        let everything = map.place(Place::At(Node::Admin, Grip::Control));
        Self { account, map, gaps, everything, memory }
    }

    /// Whose steps may be more than these, and why.
    pub fn gaps(&self) -> &[(Node, Gap)] {
        &self.gaps
    }

    /// How many steps there are.
    pub fn len(&self) -> usize {
        self.map.steps()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.map.steps() == 0
    }

    /// Resources that people without an account of ours reach for certain and without waiting for anybody else, whether they act as them or only send to them.
    pub fn exposed(&self) -> BTreeSet<Arn> {
        let strangers = [Node::Internet, Node::SelfSignedUpUser, Node::AnyAwsAccount];
        let starts: Vec<PlaceId> = strangers.iter().flat_map(|stranger| self.starts(stranger)).collect();
        let Some((start, more)) = starts.split_first() else { return BTreeSet::new() };
        let had = From::from_all(&self.map, *start, more, None);
        let is_sure = |place: &&PlaceId| had.cost(**place) < UNSURE;
        let places = had.had().iter().take_while(is_sure).filter_map(|place| tell::node(&self.map, *place));
        places.filter_map(|node| node.arn().cloned()).collect()
    }

    /// The cheapest path from `from` to each end that `to` names, the surest and shortest first. Without `from`: from everybody
    /// outside, and from each principal that is not administrator itself.
    pub fn paths(&self, from: Option<&Node>, to: &Target) -> Vec<Path> {
        let mut stock = Stock::of_data(self.account.posture());
        let mut paths = match from {
            Some(from) => self.paths_from(from, to, &[], &mut stock),
            None => {
                let outside = self.outside();
                // Each beginning tells what is its own: nobody's story is told twice because he could be somebody else too.
                let places: Vec<PlaceId> = outside.iter().flat_map(|from| self.starts(from)).collect();
                let mut paths: Vec<Path> = outside.iter().flat_map(|from| self.paths_from(from, to, &places, &mut stock)).collect();
                if *to != Target::Data {
                    paths.extend(self.paths_of_principals(to));
                }
                paths
            }
        };
        paths.sort_by(|a, b| {
            let key = |path: &Path| (path.confidence, !path.from.is_outside(), path.hops.len());
            key(a).cmp(&key(b)).then_with(|| (&a.from, &a.to, &a.id).cmp(&(&b.from, &b.to, &b.id)))
        });
        paths
    }

    pub(super) const fn account(&self) -> &'a Account<'a> {
        self.account
    }

    pub(super) const fn map(&self) -> &Map {
        &self.map
    }

    /// The place of administrators.
    pub(super) const fn everything(&self) -> PlaceId {
        self.everything
    }

    /// Everybody that a path may begin with, with what they have: those outside, and the account's principals.
    pub(super) fn beginnings(&self) -> Vec<(Node, PlaceId)> {
        let mut beginnings: BTreeMap<Node, PlaceId> = BTreeMap::new();
        for id in 0..u32::try_from(self.map.len()).unwrap_or(u32::MAX) {
            let Place::At(node, grip) = self.map.at(id) else { continue };
            let is_own = node.arn().is_some_and(|arn| self.account.has(arn));
            if (is_own && *grip == Grip::Control) || node.is_outside() || self.is_foreign(node) {
                beginnings.insert(node.clone(), id);
            }
        }
        beginnings.into_iter().collect()
    }

    /// Those who stand outside, and can take a step.
    fn outside(&self) -> BTreeSet<Node> {
        (0..self.map.len())
            .filter_map(|id| match self.map.at(PlaceId::try_from(id).ok()?) {
                Place::At(node, _) if node.is_outside() || self.is_foreign(node) => Some(node.clone()),
                _ => None,
            })
            .collect()
    }

    /// Whether it is a principal or identity provider that no policy of the account speaks for.
    fn is_foreign(&self, node: &Node) -> bool {
        let Some(arn) = node.arn() else { return false };
        let iam = matches!(arn.service(), "iam" | "sts");
        iam && (arn.account() != self.account.posture().account || arn.resource().contains("-provider/"))
    }

    /// Where somebody begins.
    pub(super) fn starts(&self, from: &Node) -> Vec<PlaceId> {
        [Grip::Control, Grip::Send].into_iter().filter_map(|grip| self.map.find(&Place::At(from.clone(), grip))).collect()
    }

    /// The paths from `from` that pass none of `barred`.
    fn paths_from(&self, from: &Node, to: &Target, barred: &[PlaceId], stock: &mut Stock) -> Vec<Path> {
        let starts = self.starts(from);
        let Some((start, more)) = starts.split_first() else { return Vec::new() };
        // Who stands outside, or has a principal, has no more of it than that.
        let had = From::past(&self.map, *start, more, barred, None);
        let ends: Vec<PlaceId> = match to {
            Target::Admin | Target::AdminOrData => vec![self.everything],
            Target::Data => Vec::new(),
            Target::Node(node) => self.starts(node),
        };
        let ends = ends.into_iter().filter(|end| had.has(*end)).take(1);
        let mut paths: Vec<Path> = ends.filter_map(|end| tell::path(&self.map, from, &had.steps(&self.map, end)?)).collect();
        match to {
            Target::Data | Target::AdminOrData => paths.extend(self.paths_to_data(from, &had, stock)),
            Target::Node(node) if paths.is_empty() => {
                paths.extend(self.paths_to_data(from, &had, stock).into_iter().filter(|path| path.to == *node));
            }
            Target::Node(_) | Target::Admin => {}
        }
        paths
    }

    /// The paths of the account's own principals to administrator, or to one node.
    fn paths_of_principals(&self, to: &Target) -> Vec<Path> {
        let end = match to {
            Target::Node(node) => self.map.find(&Place::At(node.clone(), Grip::Control)),
            _ => Some(self.everything),
        };
        let Some(end) = end else { return Vec::new() };
        let toward = Toward::new(&self.map, end);
        // Some steps need two principals: only who has a way when the second one is given away can have a way with both.
        let hopeful = Toward::given(&self.map, end);
        let mut paths = Vec::new();
        for id in 0..u32::try_from(self.map.len()).unwrap_or(u32::MAX) {
            let Place::At(from, Grip::Control) = self.map.at(id) else { continue };
            let is_own = from.arn().is_some_and(|arn| self.account.has(arn));
            if !is_own || id == end {
                continue;
            }
            let steps = toward
                .steps(&self.map, id)
                .or_else(|| hopeful.leads(id).then(|| From::new(&self.map, id, Some(end)).steps(&self.map, end)).flatten());
            let Some(path) = steps.and_then(|steps| tell::path(&self.map, from, &steps)) else { continue };
            // Who is administrator has no path to it.
            if path.hops.len() > 1 || path.hops[0].technique != "administrator" {
                paths.push(path);
            }
        }
        paths
    }
}
