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
    /// Its name.
    pub(crate) name: String,
    /// What it says.
    pub(crate) value: String,
    /// How it is meant: plain, open to anyone, not known.
    pub(crate) role: Role,
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

fn line(name: impl Into<String>, value: &str, role: Role) -> Trait {
    Trait { name: name.into(), value: text::clean(value).into_owned(), role }
}

fn unknown(what: &str, gap: &Gap) -> Trait {
    line("?", &format!("{what}: {gap}"), Role::Unknown)
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
    match function.urls.known() {
        Ok(urls) => callers.extend(urls.iter().map(|url| {
            let (auth, role) = if url.auth_none { ("AuthType NONE", Role::Fail) } else { ("AuthType AWS_IAM", Role::Text) };
            line("url", &format!("{auth} on {}", url.qualifier), role)
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
                    let (name, who, role) = whom(&reach.audience, &world.posture.account);
                    let conditions = if reach.conditions.is_empty() { String::new() } else { format!(", {}", reach.conditions.join(", ")) };
                    let on = if qualifier == Function::UNQUALIFIED { String::new() } else { format!(" on {qualifier}") };
                    callers.push(line(name, &format!("{who}{on}{conditions}"), role));
                }
            }
            Err(gap) => callers.push(unknown(&format!("policy of {qualifier}"), &gap)),
        }
    }
    if let Some(region) = world.posture.regions.get(function.arn.region()) {
        let ours =
            |target: &Arn| target.as_str().strip_prefix(function.arn.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'));
        for mapping in region.event_source_mappings.items.iter().filter(|mapping| ours(&mapping.function)) {
            let source = mapping
                .source
                .as_ref()
                .map_or_else(|| "self-managed stream".to_owned(), |source| format!("{} {}", source.service(), source.name()));
            callers.push(line("event", &format!("{source} ({})", mapping.state), Role::Text));
        }
        if let Some(gap) = &region.event_source_mappings.gap {
            callers.push(unknown("event source mappings", gap));
        }
    }
    if callers.is_empty() {
        callers.push(line("", "nobody by policy; principals of this account by their own", Role::Dim));
    }
    callers
}

fn whom(audience: &Audience, home: &str) -> (&'static str, String, Role) {
    match audience {
        Audience::Anyone => ("anyone", "on the internet, without credentials".to_owned(), Role::Fail),
        Audience::AnyAccount => ("anyone", "with any AWS account".to_owned(), Role::Fail),
        Audience::Network(condition) => ("anyone", format!("if {condition}"), Role::Medium),
        Audience::Organization(id) => ("org", id.clone(), Role::Text),
        Audience::Account(id) if id == home => ("account", "this one".to_owned(), Role::Text),
        Audience::Account(id) => ("account", id.clone(), Role::Medium),
        Audience::Principal(arn) => ("principal", resource_name(arn), Role::Text),
        Audience::Federated(name) => ("federated", name.clone(), Role::Text),
        Audience::Service { name, bound: true } => ("service", name.clone(), Role::Text),
        Audience::Service { name, bound: false } => ("service", format!("{name}, for anyone's account"), Role::Medium),
    }
}

fn itself(function: &Function) -> Vec<Trait> {
    let mut lines = Vec::new();
    let runtime = match (function.package_type, &function.runtime) {
        (PackageType::Image, _) => "container image",
        (PackageType::Zip, Some(runtime)) => runtime,
        (PackageType::Zip, None) => "no runtime told",
    };
    lines.push(line("runtime", &format!("{runtime} {}", function.architecture), Role::Text));
    lines.push(line("size", &format!("{} MiB, {} s", function.memory_mib, function.timeout_seconds), Role::Text));
    lines.push(line("role", function.role.name(), Role::Text));
    match function.environment.known() {
        Ok(variables) => {
            let key = function.kms_key.as_ref().map_or_else(|| "AWS's own key".to_owned(), resource_name);
            lines.push(line("env", &format!("{} variables, {key}", variables.len()), Role::Text));
        }
        Err(gap) => lines.push(unknown("environment", gap)),
    }
    lines.push(line("vpc", function.vpc.as_ref().map_or("none", |vpc| &vpc.vpc_id), Role::Text));
    if !function.layers.is_empty() {
        lines.push(line("layers", &function.layers.len().to_string(), Role::Text));
    }
    match function.aliases.known() {
        Ok(aliases) if !aliases.is_empty() => {
            let aliases: Vec<String> = aliases.iter().map(|alias| format!("{} {}", alias.name, alias.version)).collect();
            lines.push(line("aliases", &aliases.join(", "), Role::Text));
        }
        Ok(_) => {}
        Err(gap) => lines.push(unknown("aliases", gap)),
    }
    match function.log_group() {
        Fact::Known(group) => lines.push(line("logs", &group, Role::Text)),
        Fact::Gap(gap) => lines.push(unknown("log group", &gap)),
    }
    if let Some(at) = function.last_modified {
        lines.push(line("changed", &at.date().to_string(), Role::Text));
    }
    lines
}

fn powers(world: &World, function: &Function) -> Vec<Trait> {
    let posture = &world.posture;
    let Some(role) = posture.role(&function.role) else {
        return match &posture.identity.roles.gap {
            Some(gap) => vec![unknown("roles", gap)],
            None => vec![line("?", "the role is not in this account", Role::Unknown)],
        };
    };
    let context = world.context();
    let holder = Holder::role(posture, &context.library, role);
    let mut powers: Vec<Trait> = Vec::new();
    let mut last = "";
    for permission in &holder.permissions {
        // A policy's name stands before its first statement only.
        let name = if permission.policy == last { " " } else { &permission.policy };
        last = &permission.policy;
        powers.push(power(name, &permission.statement));
    }
    powers.extend(holder.gaps.iter().map(|gap| unknown("a policy", gap)));
    if let Some(boundary) = &role.boundary {
        powers.push(line("bounded", &format!("by {}", boundary.name()), Role::Text));
    }
    if powers.is_empty() {
        powers.push(line("", "nothing: no policy allows anything", Role::Dim));
    }
    powers
}

/// A statement in words: what it allows, on what, and whether something binds it.
fn power(policy: &str, statement: &Statement) -> Trait {
    let actions = some(statement.actions());
    let resources = some(statement.resources());
    let but = |not: bool| if not { "all but " } else { "" };
    let bound = match statement.conditions().len() {
        0 => String::new(),
        1 => ", under a condition".to_owned(),
        conditions => format!(", under {conditions} conditions"),
    };
    let value = format!("{}{actions} on {}{resources}{bound}", but(statement.is_not_action()), but(statement.is_not_resource()));
    let any_resource = statement.is_not_resource() || statement.resources().any(|resource| resource == "*");
    let any_action = statement.is_not_action() || statement.actions().any(|action| action == "*" || action == "*:*");
    let any_of_service = statement.actions().any(|action| action.ends_with(":*"));
    let role = match (any_action, any_of_service, any_resource, bound.is_empty()) {
        (true, _, true, true) => Role::Critical,
        (true, ..) | (_, true, true, _) => Role::Medium,
        _ => Role::Text,
    };
    line(text::clean(policy).into_owned(), &value, role)
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
