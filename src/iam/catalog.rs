//! The actions that AWS documents, with what is known of each: embedded, and unpacked when first asked for.

use std::{cmp::Ordering, ops::Range, sync::OnceLock};

/// See `data/manifest.toml` for where it comes from, and `data/rebuild.py` for its form.
static PACKED: &[u8] = include_bytes!("data/actions.txt.zst");

/// `Access level` of an action, as AWS's service authorization reference has it: what it says is odd in places
/// (`iam:PassRole` is [`AccessLevel::Write`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Sees what there is.
    List,
    /// Reads without changing.
    Read,
    /// Changes tags only.
    Tagging,
    /// Makes, changes, deletes.
    Write,
    /// Changes who may do what.
    PermissionsManagement,
}

impl AccessLevel {
    /// The levels, from the least.
    pub const ALL: [Self; 5] = [Self::List, Self::Read, Self::Tagging, Self::Write, Self::PermissionsManagement];

    /// AWS's name of it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::List => "List",
            Self::Read => "Read",
            Self::Tagging => "Tagging",
            Self::Write => "Write",
            Self::PermissionsManagement => "Permissions management",
        }
    }

    fn read(letter: &str) -> Option<Self> {
        Some(match letter {
            "l" => Self::List,
            "r" => Self::Read,
            "t" => Self::Tagging,
            "w" => Self::Write,
            "p" => Self::PermissionsManagement,
            _ => return None,
        })
    }
}

/// An action that AWS documents.
#[derive(Debug, Clone, Copy)]
pub struct Action {
    /// The name without its service, `GetObject`.
    pub name: &'static str,
    /// `Access level`.
    pub level: AccessLevel,
    service: u16,
    /// Places among the service's types, with `!` when required.
    types: &'static str,
    /// Places among the condition keys.
    keys: &'static str,
}

/// A type of resource: `function`, with the form of its ARNs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceType {
    /// AWS's name of it.
    pub name: &'static str,
    /// Its ARNs, with variables: `arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}`.
    pub arn: &'static str,
}

/// A service with actions.
#[derive(Debug)]
pub struct Service {
    /// Its prefix in actions, `dynamodb`.
    pub name: &'static str,
    /// Whether resource control policies reach it.
    pub resource_control: bool,
    /// Its types of resources.
    pub types: Vec<ResourceType>,
    actions: Range<u16>,
}

impl Service {
    /// The places of its actions among [`Catalog::actions`].
    pub(super) fn places(&self) -> Range<usize> {
        usize::from(self.actions.start)..usize::from(self.actions.end)
    }
}

/// Every action that AWS documents, by service and name; letters of either case are alike.
#[derive(Debug, Default)]
pub struct Catalog {
    services: Vec<Service>,
    actions: Vec<Action>,
    keys: Vec<&'static str>,
}

impl Catalog {
    /// The embedded one.
    pub fn embedded() -> &'static Self {
        static CATALOG: OnceLock<Catalog> = OnceLock::new();
        // That it can be read is tested.
        CATALOG.get_or_init(|| super::data::unpack(PACKED).and_then(Self::read).unwrap_or_default())
    }

    fn read(text: &'static str) -> Option<Self> {
        let mut catalog = Self::default();
        for line in text.lines() {
            let (kind, rest) = line.split_once('\t')?;
            let mut fields = rest.split('\t');
            let mut field = || fields.next();
            match kind {
                "k" => catalog.keys.push(rest),
                "s" => {
                    let begin = u16::try_from(catalog.actions.len()).ok()?;
                    let (name, rcp) = (field()?, field()?);
                    catalog.services.push(Service { name, resource_control: rcp == "rcp", types: Vec::new(), actions: begin..begin });
                }
                "t" => catalog.services.last_mut()?.types.push(ResourceType { name: field()?, arn: field()? }),
                _ => {
                    let service = u16::try_from(catalog.services.len()).ok()?.checked_sub(1)?;
                    let (name, level) = (field()?, AccessLevel::read(field()?)?);
                    catalog.actions.push(Action { name, level, service, types: field()?, keys: field()? });
                    catalog.services.last_mut()?.actions.end = u16::try_from(catalog.actions.len()).ok()?;
                }
            }
        }
        Some(catalog)
    }

    /// How many actions there are.
    pub fn len(&self) -> usize {
        self.actions.len()
    }

    /// Whether there are none: never, for the embedded one.
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// The services, by name.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// The service with this prefix.
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.place_of_service(name).map(|(_, service)| service)
    }

    /// The service with this prefix, and its place among [`Catalog::services`].
    pub(super) fn place_of_service(&self, name: &str) -> Option<(usize, &Service)> {
        let place = self.services.binary_search_by(|service| compare(service.name, name)).ok()?;
        Some((place, self.services.get(place)?))
    }

    /// Every action, by service and name.
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// The actions of a service, by name.
    pub fn actions_of(&self, service: &Service) -> &[Action] {
        self.actions.get(usize::from(service.actions.start)..usize::from(service.actions.end)).unwrap_or_default()
    }

    /// The action called `name`, such as `s3:GetObject`.
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.actions.get(self.place(name)?)
    }

    /// Whether AWS documents this action.
    pub fn is_known(&self, action: &str) -> bool {
        self.place(action).is_some()
    }

    /// The place of an action among [`Catalog::actions`].
    pub(super) fn place(&self, action: &str) -> Option<usize> {
        let (service, name) = action.split_once(':')?;
        let service = self.service(service)?;
        let found = self.actions_of(service).binary_search_by(|action| compare(action.name, name)).ok()?;
        Some(usize::from(service.actions.start) + found)
    }

    /// The places of a service's actions whose names begin with `prefix`.
    pub(super) fn beginning(&self, service: &Service, prefix: &str) -> Range<usize> {
        let actions = self.actions_of(service);
        let start = actions.partition_point(|action| compare(action.name, prefix) == Ordering::Less);
        let rest = actions.get(start..).unwrap_or_default();
        let count = rest.partition_point(|action| {
            action.name.as_bytes().get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix.as_bytes()))
        });
        let base = usize::from(service.actions.start) + start;
        base..base + count
    }

    /// The prefix of the action's service.
    pub fn service_of(&self, action: &Action) -> &'static str {
        self.services.get(usize::from(action.service)).map(|service| service.name).unwrap_or_default()
    }

    /// The action's name with its service: `s3:GetObject`.
    pub fn full_name(&self, action: &Action) -> String {
        format!("{}:{}", self.service_of(action), action.name)
    }

    /// The types of resources the action works on, and whether it needs one of that type.
    pub fn types_of(&self, action: &Action) -> impl Iterator<Item = (ResourceType, bool)> {
        let types = self.services.get(usize::from(action.service)).map(|service| service.types.as_slice()).unwrap_or_default();
        action.types.split(',').filter_map(move |entry| {
            let place: usize = entry.trim_end_matches('!').parse().ok()?;
            Some((*types.get(place)?, entry.ends_with('!')))
        })
    }

    /// The condition keys that AWS documents for the action and its resources; global ones are not all among them.
    pub fn keys_of(&self, action: &Action) -> impl Iterator<Item = &'static str> {
        action.keys.split(',').filter_map(|place| self.keys.get(place.parse::<usize>().ok()?).copied())
    }
}

impl Action {
    /// Whether it works on resources: one that does not is only granted by a `Resource` of `*`.
    pub fn has_resources(&self) -> bool {
        !self.types.is_empty()
    }
}

/// Compares without regard to the case of ASCII letters.
fn compare(a: &str, b: &str) -> Ordering {
    let both = a.bytes().zip(b.bytes()).find(|(x, y)| !x.eq_ignore_ascii_case(y));
    match both {
        Some((x, y)) => x.to_ascii_lowercase().cmp(&y.to_ascii_lowercase()),
        None => a.len().cmp(&b.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_found_in_either_case_and_by_its_beginning() {
        let catalog = Catalog::embedded();
        assert!(catalog.len() > 20_000 && catalog.services().len() > 400, "{}", catalog.len());
        for (place, action) in catalog.actions().iter().enumerate() {
            let name = catalog.full_name(action);
            assert_eq!(catalog.place(&name), Some(place), "{name}");
            assert_eq!(catalog.place(&name.to_uppercase()), Some(place), "{name}");
        }
        assert!(!catalog.is_known("s3:GetObjects") && !catalog.is_known("s3") && !catalog.is_known("nosuch:GetObject"));
        for (service, prefix) in [("s3", "get"), ("lambda", "Invoke"), ("ec2", ""), ("sqs", "zzz"), ("iam", "PutRolePolicy")] {
            let service = catalog.service(service).expect("a service");
            let found: Vec<usize> = catalog.beginning(service, prefix).collect();
            let asked = prefix.to_lowercase();
            let expected: Vec<usize> = (0..catalog.len())
                .filter(|place| {
                    let action = &catalog.actions()[*place];
                    catalog.service_of(action) == service.name && action.name.to_lowercase().starts_with(&asked)
                })
                .collect();
            assert_eq!(found, expected, "{}:{prefix}", service.name);
        }
    }

    #[test]
    fn an_action_says_what_it_works_on_and_what_conditions_it_knows() {
        let catalog = Catalog::embedded();
        let invoke = catalog.action("lambda:invokefunction").expect("known");
        assert_eq!((invoke.name, invoke.level, catalog.service_of(invoke)), ("InvokeFunction", AccessLevel::Write, "lambda"));
        let types: Vec<(ResourceType, bool)> = catalog.types_of(invoke).collect();
        assert!(types.iter().any(|(kind, _)| kind.name == "function" && kind.arn.ends_with("function:${FunctionName}")), "{types:?}");
        assert!(catalog.keys_of(invoke).any(|key| key == "lambda:InvokedViaFunctionUrl"));
        assert!(!catalog.action("lambda:ListFunctions").expect("known").has_resources());
        assert_eq!(catalog.action("iam:PutRolePolicy").expect("known").level, AccessLevel::PermissionsManagement);
        assert!(catalog.service("s3").expect("known").resource_control);
        for service in catalog.services() {
            assert!(!catalog.actions_of(service).is_empty(), "{}", service.name);
            assert!(service.types.iter().all(|kind| kind.arn.starts_with("arn:")), "{}", service.name);
        }
    }
}
