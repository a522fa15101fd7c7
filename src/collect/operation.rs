//! One operation of AWS: what it needs, what it draws on, how often it is asked. The policy, the pacers and the plan of
//! a collection are read off these.

use super::{gap::Failure, pacer::Quota, reader::Depth, wire::Service};
use crate::model::{Posture, Region};

/// An operation that a collector asks.
pub struct Operation {
    /// AWS's name of it, such as `GetQueueAttributes`.
    pub name: &'static str,
    /// The IAM action that it needs, such as `sqs:GetQueueAttributes`.
    pub action: &'static str,
    /// Actions without which its answer lacks something.
    pub with: &'static [&'static str],
    /// The quota that it draws on.
    pub(super) quota: &'static Quota,
    /// From which depth on it is asked.
    pub(super) depth: Depth,
    /// How often an account that is read to the end is asked, given its lists.
    calls: fn(&Extent<'_>) -> u64,
    /// The service to ask over the wire; none for those with a crate.
    pub(super) service: Option<&'static Service>,
    /// How it is asked there.
    pub(super) request: Request,
}

/// Method and path of an operation that has its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// By its name alone: JSON and query protocols, and the SDK's crates.
    Named,
    /// `GET`; `{Name}` in the path is filled in, what is left goes into the query.
    Get(&'static str),
    /// `POST`; `{Name}` in the path is filled in, what is left goes into the body.
    Post(&'static str),
}

/// What there is to read: counts for [`Operation::calls`].
#[derive(Debug, Clone, Copy)]
pub struct Extent<'a> {
    /// The account, with its lists.
    pub posture: &'a Posture,
    /// The Region; nothing in it for services without Regions.
    pub region: &'a Region,
}

impl Extent<'_> {
    /// Pages of `size` for `items`; an empty list takes one as well.
    pub fn pages(&self, items: usize, size: usize) -> u64 {
        items.div_ceil(size).max(1) as u64
    }
}

impl Operation {
    /// The operation of the same name as the IAM `action`, asked once.
    pub(super) const fn new(action: &'static str, quota: &'static Quota) -> Self {
        Self {
            name: after_colon(action),
            action,
            with: &[],
            quota,
            depth: Depth::Lists,
            calls: |_| 1,
            service: None,
            request: Request::Named,
        }
    }

    /// Asked of `service`, over the wire.
    pub(super) const fn of(self, service: &'static Service) -> Self {
        Self { service: Some(service), ..self }
    }

    /// With a name that is not the action's.
    pub(super) const fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// With actions without which its answer lacks something.
    pub(super) const fn with(self, with: &'static [&'static str]) -> Self {
        Self { with, ..self }
    }

    /// Asked for a list, as often as `calls` says.
    pub(super) const fn calls(self, calls: fn(&Extent<'_>) -> u64) -> Self {
        Self { calls, ..self }
    }

    /// Asked from `depth` on, as often as `calls` says: for details.
    pub(super) const fn detail(self, depth: Depth, calls: fn(&Extent<'_>) -> u64) -> Self {
        Self { depth, calls, ..self }
    }

    /// Asked with `GET path`.
    pub(super) const fn get(self, path: &'static str) -> Self {
        Self { request: Request::Get(path), ..self }
    }

    /// Asked with `POST path`.
    pub(super) const fn post(self, path: &'static str) -> Self {
        Self { request: Request::Post(path), ..self }
    }

    /// What goes over the wire, where no crate says it: the service and how it is asked there.
    pub fn wire(&self) -> Option<(&'static Service, Request)> {
        self.service.map(|service| (service, self.request))
    }

    /// How often it is asked of `extent`.
    pub fn calls_for(&self, extent: &Extent<'_>) -> u64 {
        (self.calls)(extent)
    }

    /// Its answer makes no sense, because of `detail`.
    pub(super) fn broken(&self, detail: &str) -> Failure {
        Failure::answer(self.action, detail)
    }

    /// Every IAM action that it needs.
    pub fn actions(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.action).chain(self.with.iter().copied())
    }
}

impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Operation").field("name", &self.name).field("action", &self.action).finish_non_exhaustive()
    }
}

/// What comes after the colon of `service:Operation`.
const fn after_colon(action: &'static str) -> &'static str {
    let mut rest = action.as_bytes();
    while let [first, more @ ..] = rest {
        rest = more;
        if *first == b':' {
            break;
        }
    }
    match std::str::from_utf8(rest) {
        Ok(name) if !rest.is_empty() => name,
        _ => action,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::pacer::Quota;

    static QUOTA: Quota = Quota::new("test", 1);

    #[test]
    fn the_name_is_that_of_the_action_unless_said_otherwise() {
        assert_eq!(Operation::new("sqs:ListQueues", &QUOTA).name, "ListQueues");
        assert_eq!(Operation::new("apigateway:GET", &QUOTA).named("GetRestApis").name, "GetRestApis");
        assert_eq!(Operation::new("sqs:", &QUOTA).name, "sqs:");
    }

    #[test]
    fn an_empty_list_is_a_page() {
        let posture = Posture::new("1", crate::model::Timestamp::EPOCH);
        let extent = Extent { posture: &posture, region: &Region::default() };
        assert_eq!([0, 1, 50, 51].map(|items| extent.pages(items, 50)), [1, 1, 1, 2]);
    }
}
