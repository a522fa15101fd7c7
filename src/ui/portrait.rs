//! A function at a glance: who can invoke it, what it is, what its role may do.

use crate::{
    iam::{self, Audience, Holder, Statement},
    model::{Arn, Fact, Function, Gap, PackageType, text},
    ui::{index::resource_name, theme::Role},
    world::World,
};

/// One line of a portrait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trait {
    /// How it is set.
    pub(crate) shape: Shape,
    /// What it says, cleaned.
    pub(crate) value: String,
    /// How it is meant: plain, open to anyone, not known.
    pub(crate) role: Role,
}

/// How a line is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Above the lines it speaks of.
    Title,
    /// One of a list.
    Item,
    /// A value with its name.
    Field(&'static str),
}

/// A function at a glance.
#[derive(Debug, Default)]
pub(crate) struct Portrait {
    /// Who can invoke it.
    pub(crate) callers: Vec<Trait>,
    /// What it is.
    pub(crate) itself: Vec<Trait>,
    /// What its role may do.
    pub(crate) powers: Vec<Trait>,
}

fn title(value: &str) -> Trait {
    Trait { shape: Shape::Title, value: text::clean(value).into_owned(), role: Role::Dim }
}

fn item(value: &str, role: Role) -> Trait {
    Trait { shape: Shape::Item, value: text::clean(value).into_owned(), role }
}

fn field(name: &'static str, value: &str) -> Trait {
    Trait { shape: Shape::Field(name), value: text::clean(value).into_owned(), role: Role::Text }
}

fn unknown(what: &str, gap: &Gap) -> Trait {
    item(&format!("{what}: {gap}"), Role::Unknown)
}

impl Portrait {
    /// Works it out; empty when the function is gone.
    pub(crate) fn new(world: &World, arn: &Arn) -> Self {
        match world.posture.function(arn) {
            Some(function) => Self { callers: callers(world, function), itself: itself(function), powers: powers(world, function) },
            None => Self::default(),
        }
    }
}

const INVOKE: [&str; 2] = ["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"];

fn callers(world: &World, function: &Function) -> Vec<Trait> {
    let context = world.context();
    let mut callers = Vec::new();
    let on = |qualifier: &str| if qualifier == Function::UNQUALIFIED { String::new() } else { format!(" on {qualifier}") };
    match function.urls.known() {
        Ok(urls) => callers.extend(urls.iter().map(|url| {
            let (auth, role) = if url.auth_none { ("NONE", Role::Fail) } else { ("AWS_IAM", Role::Text) };
            item(&format!("function URL{}, AuthType {auth}", on(&url.qualifier)), role)
        })),
        Err(gap) => callers.push(unknown("function URLs", gap)),
    }
    for (qualifier, policy) in &function.policies {
        let text = match policy.known() {
            Ok(Some(text)) => text,
            Ok(None) => continue,
            Err(gap) => {
                callers.push(unknown(&format!("policy of {qualifier}"), gap));
                continue;
            }
        };
        match context.library.document(text) {
            Ok(document) => {
                for reach in iam::audience(document, &INVOKE, &function.arn) {
                    let (who, role) = whom(&reach.audience, &world.posture.account);
                    let conditions = reach.conditions.iter().map(|condition| format!(", {condition}")).collect::<String>();
                    callers.push(item(&format!("{who}{}{conditions}", on(qualifier)), role));
                }
            }
            Err(gap) => callers.push(unknown(&format!("policy of {qualifier}"), &gap)),
        }
    }
    if let Some(region) = world.posture.regions.get(function.arn.region()) {
        callers.extend(context.known_mappings_of(function).iter().map(|mapping| {
            let source = mapping
                .source
                .as_ref()
                .map_or_else(|| "self-managed Kafka".to_owned(), |source| format!("{} {}", source.service(), source.name()));
            item(&format!("events of {source} ({})", mapping.state), Role::Text)
        }));
        if let Some(gap) = &region.event_source_mappings.gap {
            callers.push(unknown("event source mappings", gap));
        }
    }
    if callers.is_empty() {
        callers.push(item("nobody by its policy; principals of this account by theirs", Role::Dim));
    }
    callers
}

fn whom(audience: &Audience, home: &str) -> (String, Role) {
    match audience {
        Audience::Anyone => ("anyone on the internet, without credentials".to_owned(), Role::Fail),
        Audience::AnyAccount => ("anyone with an AWS account".to_owned(), Role::Fail),
        Audience::Network(condition) => (format!("anyone, if {condition}"), Role::Medium),
        Audience::Organization(id) => (format!("organization {id}"), Role::Text),
        Audience::Account(id) if id == home => ("this account".to_owned(), Role::Text),
        Audience::Account(id) => (format!("account {id}"), Role::Medium),
        Audience::Principal(arn) => (resource_name(arn), Role::Text),
        Audience::Federated(name) => (format!("users of {name}"), Role::Text),
        Audience::Service { name, bound: true } => (name.clone(), Role::Text),
        Audience::Service { name, bound: false } => (format!("{name}, acting for anyone's account"), Role::Medium),
    }
}

fn itself(function: &Function) -> Vec<Trait> {
    let mut lines = Vec::new();
    let runtime = match (function.package_type, &function.runtime) {
        (PackageType::Image, _) => "container image",
        (PackageType::Zip, Some(runtime)) => runtime,
        (PackageType::Zip, None) => "no runtime told",
    };
    lines.push(field("runtime", &format!("{runtime} {}", function.architecture)));
    lines.push(field("size", &format!("{} MiB, {} s", function.memory_mib, function.timeout_seconds)));
    lines.push(field("role", function.role.name()));
    match function.environment.known() {
        Ok(variables) => {
            let key = function.kms_key.as_ref().map_or_else(|| "AWS's own key".to_owned(), resource_name);
            let plural = if variables.len() == 1 { "" } else { "s" };
            lines.push(field("environment", &format!("{} variable{plural}, {key}", variables.len())));
        }
        Err(gap) => lines.push(unknown("environment", gap)),
    }
    lines.push(field("VPC", function.vpc.as_ref().map_or("none", |vpc| &vpc.vpc_id)));
    if !function.layers.is_empty() {
        lines.push(field("layers", &some(function.layers.iter().map(Arn::name))));
    }
    match function.aliases.known() {
        Ok(aliases) if !aliases.is_empty() => {
            let aliases: Vec<String> = aliases.iter().map(|alias| format!("{} = {}", alias.name, alias.version)).collect();
            lines.push(field("aliases", &some(aliases.iter().map(String::as_str))));
        }
        Ok(_) => {}
        Err(gap) => lines.push(unknown("aliases", gap)),
    }
    match function.log_group() {
        Fact::Known(group) => lines.push(field("logs", &group)),
        Fact::Gap(gap) => lines.push(unknown("log group", &gap)),
    }
    if let Some(at) = function.last_modified {
        lines.push(field("changed", &at.date().to_string()));
    }
    lines
}

fn powers(world: &World, function: &Function) -> Vec<Trait> {
    let posture = &world.posture;
    let Some(role) = posture.role(&function.role) else {
        return match &posture.identity.roles.gap {
            Some(gap) => vec![unknown("roles", gap)],
            None => vec![item("the role is not in this account", Role::Unknown)],
        };
    };
    let context = world.context();
    let holder = Holder::role(posture, &context.library, role);
    let mut powers: Vec<Trait> = Vec::new();
    let mut last = "";
    for permission in &holder.permissions {
        if permission.policy != last {
            powers.push(title(&permission.policy));
        }
        last = &permission.policy;
        powers.push(power(&permission.statement, &posture.account));
    }
    powers.extend(holder.gaps.iter().map(|gap| unknown("a policy", gap)));
    if powers.is_empty() {
        powers.push(item("nothing: no policy allows anything", Role::Dim));
    }
    if let Some(boundary) = &role.boundary {
        powers.push(title(&format!("bounded by {}", boundary.name())));
    }
    powers
}

/// A statement in words: what it allows, on what, and whether something binds it.
pub(crate) fn power(statement: &Statement, home: &str) -> Trait {
    let actions = some(statement.actions());
    let resources: Vec<&str> = statement.resources().map(|resource| at_home(resource, home)).collect();
    let but = |not: bool| if not { "all but " } else { "" };
    let bound = match statement.conditions().len() {
        0 => String::new(),
        1 => ", under a condition".to_owned(),
        conditions => format!(", under {conditions} conditions"),
    };
    let value = format!(
        "{}{actions} on {}{}{bound}",
        but(statement.is_not_action()),
        but(statement.is_not_resource()),
        some(resources.into_iter())
    );
    let any_resource = statement.is_not_resource() || statement.resources().any(|resource| resource == "*");
    let any_action = statement.is_not_action() || statement.actions().any(|action| action == "*" || action == "*:*");
    let any_of_service = statement.actions().any(|action| action.ends_with(":*"));
    let role = match (any_action, any_of_service, any_resource, bound.is_empty()) {
        (true, _, true, true) => Role::Critical,
        (true, ..) | (_, true, true, _) => Role::Medium,
        _ => Role::Text,
    };
    item(&value, role)
}

/// The resource part of an ARN of this account, or of one without an account such as a bucket's; others whole.
fn at_home<'a>(resource: &'a str, home: &str) -> &'a str {
    let mut parts = resource.splitn(6, ':');
    let head = (parts.next(), parts.nth(3), parts.next());
    match head {
        (Some("arn"), Some(account), Some(rest)) if account.is_empty() || account == home => rest,
        _ => resource,
    }
}

/// The first few of many.
fn some<'a>(all: impl Iterator<Item = &'a str>) -> String {
    const MOST: usize = 4;
    let all: Vec<&str> = all.collect();
    match all.len().checked_sub(MOST) {
        None | Some(0) => all.join(", "),
        Some(more) => format!("{} and {more} more", all.get(..MOST).unwrap_or_default().join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_of_this_account_are_named_short() {
        for (resource, short) in [
            ("arn:aws:sqs:eu-west-1:123456789012:orders", "orders"),
            ("arn:aws:s3:::bucket/*", "bucket/*"),
            ("arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/x:*", "log-group:/aws/lambda/x:*"),
            ("arn:aws:sqs:eu-west-1:210987654321:orders", "arn:aws:sqs:eu-west-1:210987654321:orders"),
            ("*", "*"),
            ("arn:aws", "arn:aws"),
        ] {
            assert_eq!(at_home(resource, "123456789012"), short);
        }
    }
}
