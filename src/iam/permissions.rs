//! What a principal may do, service by service: the actions by level, and the resources they hold on.

use std::collections::BTreeMap;

use super::{
    ActionSet, Holder, Outcome, Statement,
    catalog::{AccessLevel, Action, Catalog},
    cells,
    glob::{self, Token},
    policy_set::Named,
};
use crate::model::Gap;

/// What no name has in it: a resource called so stands for all that a wildcard covers.
const FRESH: &str = "palisade-0f3c9b7e41d2";

/// What a principal may do.
#[derive(Debug, Clone)]
pub struct Permissions {
    /// By service.
    pub services: Vec<ServicePermissions>,
    /// Patterns of actions that AWS does not document: they may be new.
    pub unknown: Vec<String>,
    /// Policies that could not be read: with them it may be more or less.
    pub gaps: Vec<Gap>,
}

/// What a principal may do in one service.
#[derive(Debug, Clone)]
pub struct ServicePermissions {
    /// The prefix of its actions.
    pub service: &'static str,
    /// How many of the service's actions AWS documents.
    pub actions: usize,
    /// Actions that hold on the same resources, together.
    pub rights: Vec<Right>,
}

/// Actions of one level that hold on the same resources.
#[derive(Debug, Clone)]
pub struct Right {
    /// Their level.
    pub level: AccessLevel,
    /// The actions, by name.
    pub actions: Vec<&'static Action>,
    /// Where they hold.
    pub cells: Vec<Cell>,
}

/// Resources on which something is allowed: those that match a pattern and none of its exceptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The pattern, as a policy writes it; `*` for actions that know no resources.
    pub resource: String,
    /// Patterns within it that a Deny takes away, perhaps on a condition.
    pub except: Vec<String>,
    /// What it depends on, in words; none holds whatever the context.
    pub condition: Option<String>,
}

impl ServicePermissions {
    /// How many actions there are of each of [`AccessLevel::ALL`].
    pub fn count_by_level(&self) -> [usize; 5] {
        let mut counts = [0; 5];
        for right in &self.rights {
            if let Some(count) = counts.get_mut(right.level as usize) {
                *count += right.actions.len();
            }
        }
        counts
    }
}

impl Holder<'_> {
    /// The actions it may do on some resource under some condition, by its own policies, its boundary and its organization's.
    pub fn actions(&self) -> ActionSet {
        ActionSet::of_bearing(&self.bearing())
    }

    /// What it may do by its own policies, its boundary and its organization's, service by service. Whether a resource's
    /// own policy agrees, or grants more, is another question.
    pub fn permissions_by_service(&self) -> Permissions {
        let policies = self.bearing();
        let set = self.actions();
        let limits = policies.boundary.into_iter().chain(policies.scp.iter().map(Vec::as_slice));
        let named: Vec<&Named> = policies.identity.iter().chain(limits.flatten()).collect();
        let statements: Vec<&Statement> = named.iter().flat_map(|named| &named.document.statements).map(|statement| &**statement).collect();
        Survey::new(self, &statements).take(&set)
    }
}

/// What actions share that fare alike: service, level, the statements that speak of them, and the types they work on.
type Alike = (&'static str, AccessLevel, Vec<usize>, Vec<&'static str>);

/// The statements that bear on a principal, and which actions each speaks of.
struct Survey<'a> {
    holder: &'a Holder<'a>,
    statements: Vec<(&'a Statement, ActionSet)>,
    gaps: Vec<Gap>,
}

impl<'a> Survey<'a> {
    fn new(holder: &'a Holder<'a>, statements: &[&'a Statement]) -> Self {
        let statements = statements.iter().map(|statement| (*statement, ActionSet::of_statement(statement))).collect();
        Self { holder, statements, gaps: holder.gaps.clone() }
    }

    fn take(mut self, set: &ActionSet) -> Permissions {
        let catalog = Catalog::embedded();
        // Actions that the same statements speak of, and that work on the same types, fare alike: one of them is decided.
        let mut alike: BTreeMap<Alike, Vec<&'static Action>> = BTreeMap::new();
        for (place, action) in set.places() {
            let speaking =
                self.statements.iter().enumerate().filter(|(_, (_, actions))| actions.has_place(place)).map(|(at, _)| at).collect();
            let types = catalog.types_of(action).map(|(kind, _)| kind.arn).collect();
            alike.entry((catalog.service_of(action), action.level, speaking, types)).or_default().push(action);
        }
        let mut services: BTreeMap<&'static str, Vec<Right>> = BTreeMap::new();
        for ((service, level, speaking, types), actions) in alike {
            let Some(first) = actions.first() else { continue };
            let cells = self.cells(&catalog.full_name(first), &speaking, &types);
            if cells.is_empty() {
                continue;
            }
            let rights = services.entry(service).or_default();
            match rights.iter_mut().find(|right| right.level == level && right.cells == cells) {
                Some(right) => right.actions.extend(actions),
                None => rights.push(Right { level, actions, cells }),
            }
        }
        let services = services.into_iter().map(|(service, mut rights)| {
            rights.sort_by_key(|right| std::cmp::Reverse(right.level));
            rights.iter_mut().for_each(|right| right.actions.sort_by_key(|action| action.name));
            let actions = catalog.service(service).map_or(0, |service| catalog.actions_of(service).len());
            ServicePermissions { service, actions, rights }
        });
        Permissions { services: services.collect(), unknown: set.unknown().map(str::to_owned).collect(), gaps: self.gaps }
    }

    /// Where `action` holds, of which the statements at `speaking` speak and which works on resources of these `types`.
    fn cells(&mut self, action: &str, speaking: &[usize], types: &[&str]) -> Vec<Cell> {
        let speaking: Vec<&Statement> = speaking.iter().filter_map(|at| Some(self.statements.get(*at)?.0)).collect();
        let denied: Vec<&str> = speaking
            .iter()
            .filter(|statement| !statement.is_allow() && !statement.is_not_resource())
            .flat_map(|statement| statement.resources())
            .collect();
        let mut patterns: Vec<&str> = Vec::new();
        for statement in speaking.iter().filter(|statement| statement.is_allow()) {
            if statement.is_not_resource() || types.is_empty() {
                patterns.push("*");
            } else {
                patterns.extend(statement.resources().filter(|pattern| of_a_type(pattern, types)));
            }
        }
        patterns.sort_by_key(|pattern| (*pattern != "*", *pattern));
        patterns.dedup();
        let mut cells: Vec<Cell> = Vec::new();
        for pattern in patterns {
            let resource = if types.is_empty() { "*".to_owned() } else { representative(pattern, types) };
            let decision = match self.holder.decide(action, &resource) {
                Ok(decision) => decision,
                Err(gap) => {
                    if !self.gaps.contains(&gap) {
                        self.gaps.push(gap);
                    }
                    continue;
                }
            };
            let condition = match decision.outcome {
                Outcome::Allowed => None,
                Outcome::Conditional => Some(decision.condition.unwrap_or_else(|| "on a condition that is not known".to_owned())),
                Outcome::ImplicitlyDenied | Outcome::ExplicitlyDenied => continue,
            };
            let tokens = glob::tokens(pattern);
            let covered =
                |cell: &Cell| cell.condition.is_none() && cell.except.is_empty() && cells::contains(&glob::tokens(&cell.resource), &tokens);
            if cells.iter().any(covered) {
                continue;
            }
            let except = denied.iter().filter(|other| glob::overlap(&glob::tokens(other), &tokens)).map(|other| (*other).to_owned());
            cells.push(Cell { resource: pattern.to_owned(), except: except.collect(), condition });
        }
        cells
    }
}

/// The pattern that a text with variables is: of `arn:${Partition}:s3:::${BucketName}/*` it is `arn:*:s3:::*/*`.
fn wild(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        tokens.extend(glob::tokens(before));
        tokens.push(Token::Many);
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    tokens.extend(glob::tokens(rest));
    tokens
}

/// Whether something of one of these types can match the pattern, its variables standing for anything. A pattern that
/// has all the parts of an ARN is compared part by part.
fn of_a_type(pattern: &str, types: &[&str]) -> bool {
    const PARTS: usize = 6;
    let parts = |text: &str| glob::literal(&wild(text)).splitn(PARTS, ':').map(glob::tokens).collect::<Vec<_>>();
    let asked = parts(pattern);
    types.iter().any(|arn| {
        if asked.len() == PARTS {
            asked.iter().zip(parts(arn)).all(|(a, b)| glob::overlap(a, &b))
        } else {
            glob::overlap(&wild(pattern), &wild(arn))
        }
    })
}

/// For each resource pattern of a statement, a resource that matches it and is like nothing else.
pub(super) fn representatives(statement: &Statement) -> Vec<String> {
    if statement.is_not_resource() {
        return vec![FRESH.to_owned(), "*".to_owned()];
    }
    let each =
        |pattern: &str| if pattern == "*" { vec![FRESH.to_owned(), "*".to_owned()] } else { vec![glob::instance(&wild(pattern), FRESH)] };
    statement.resources().flat_map(each).collect()
}

/// A resource that matches `pattern` and is like nothing else.
fn representative(pattern: &str, types: &[&str]) -> String {
    if pattern != "*" {
        return glob::instance(&glob::tokens(pattern), FRESH);
    }
    // Account and Region stay open: what is known of them would decide conditions.
    types.first().map_or_else(
        || FRESH.to_owned(),
        |arn| {
            let filled: Vec<String> = arn
                .splitn(6, ':')
                .enumerate()
                .map(|(at, part)| match at {
                    1 => "aws".to_owned(),
                    3 | 4 => String::new(),
                    _ => glob::instance(&wild(part), FRESH),
                })
                .collect();
            filled.join(":")
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checks::testing::{LOGS_ONLY, empty, role},
        iam::Library,
        model::{Arn, Fact, Listing, ManagedPolicy, PolicyText},
    };

    fn permissions(statements: &str, boundary: Option<&str>) -> Permissions {
        let mut posture = empty();
        let mut role = role("orders-role", &format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#));
        if let Some(boundary) = boundary {
            let arn = Arn::new("arn:aws:iam::123456789012:policy/edge");
            role.boundary = Some(arn.clone());
            let text = PolicyText::new(format!(r#"{{"Version":"2012-10-17","Statement":[{boundary}]}}"#));
            posture.identity.policies =
                Listing::complete(vec![ManagedPolicy { arn, name: "edge".to_owned(), document: Fact::Known(text) }]);
        }
        posture.identity.roles.items.push(role);
        let library = Library::new(&posture);
        Holder::role(&posture, &library, &posture.identity.roles.items[0]).permissions_by_service()
    }

    /// `service action,action on cell` for each right.
    fn told(permissions: &Permissions) -> Vec<String> {
        let mut lines = Vec::new();
        for service in &permissions.services {
            for right in &service.rights {
                let actions: Vec<&str> = right.actions.iter().map(|action| action.name).collect();
                let cells: Vec<&str> = right.cells.iter().map(|cell| cell.resource.as_str()).collect();
                lines.push(format!("{} {} on {}", service.service, actions.join(","), cells.join(" ")));
            }
        }
        lines
    }

    #[test]
    fn actions_hold_on_the_resources_of_their_own_kind() {
        let statement = r#"{"Effect":"Allow","Action":["sqs:SendMessage","s3:GetObject","s3:ListAllMyBuckets","new:Thing"],"Resource":["arn:aws:sqs:eu-west-1:123456789012:orders-*","arn:aws:s3:::b/*"]}"#;
        let found = permissions(statement, None);
        assert_eq!(told(&found), ["s3 GetObject on arn:aws:s3:::b/*", "sqs SendMessage on arn:aws:sqs:eu-west-1:123456789012:orders-*"]);
        assert_eq!(found.unknown, ["new:thing"]);
        assert!(found.gaps.is_empty());
        let all = permissions(r#"{"Effect":"Allow","Action":"s3:List*","Resource":"*"}"#, None);
        assert!(told(&all).iter().any(|line| line.contains("ListAllMyBuckets") && line.ends_with("on *")), "{:?}", told(&all));
    }

    #[test]
    fn boundary_and_denies_take_away() {
        let all = r#"{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*"}"#;
        let edge = r#"{"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:*:*:orders-*"}"#;
        assert_eq!(told(&permissions(all, Some(edge))), ["sqs SendMessage on arn:aws:sqs:*:*:orders-*"]);
        assert_eq!(told(&permissions(all, Some(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#))), Vec::<String>::new());
        let but = format!(r#"{all},{{"Effect":"Deny","Action":"sqs:*","Resource":"arn:aws:sqs:*:*:pay"}}"#);
        let found = permissions(&but, None);
        assert_eq!(
            found.services[0].rights[0].cells,
            [Cell { resource: "*".to_owned(), except: vec!["arn:aws:sqs:*:*:pay".to_owned()], condition: None }]
        );
        let gone = format!(r#"{all},{{"Effect":"Deny","Action":"sqs:*","Resource":"*"}}"#);
        assert!(permissions(&gone, None).services.is_empty());
    }

    #[test]
    fn conditions_are_told_and_an_administrator_is_counted() {
        let statement =
            r#"{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1"}}}"#;
        let found = permissions(statement, None);
        assert_eq!(found.services[0].rights[0].cells[0].condition.as_deref(), Some("only if aws:SourceVpce is vpce-1"));
        let all = permissions(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#, None);
        assert_eq!(all.services.len(), Catalog::embedded().services().len());
        assert!(all.services.iter().all(|service| service.count_by_level().iter().sum::<usize>() == service.actions));
    }

    #[test]
    fn what_could_not_be_read_is_told() {
        let mut posture = empty();
        let mut role = role("orders-role", LOGS_ONLY);
        role.policies.attached.push(Arn::new("arn:aws:iam::123456789012:policy/unread"));
        posture.identity.roles.items.push(role);
        let library = Library::new(&posture);
        let found = Holder::role(&posture, &library, &posture.identity.roles.items[0]).permissions_by_service();
        assert_eq!(found.gaps.len(), 1);
    }
}
