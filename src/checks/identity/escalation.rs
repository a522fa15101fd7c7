//! The ways from a role to administrator of the account, one step of abuse long.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    glance,
    held::{self, Grant},
    names, trust,
};
use crate::{
    checks::Context,
    iam::{Audience, Holder},
    model::{Arn, Function, Gap, Role, User},
};

/// Who is administrator already, and so worth becoming. Made once a run.
pub(super) struct Targets<'a> {
    roles: Vec<Target<'a>>,
    users: Vec<&'a User>,
    functions: Vec<&'a Function>,
    /// Roles and users by ARN.
    administrators: BTreeSet<&'a Arn>,
    /// Roles of which it is not known whether they are.
    unread: BTreeMap<&'a Arn, Gap>,
    /// Why there may be more, if so.
    gap: Option<Gap>,
}

/// A role that is administrator, with whom its trust policy lets in.
struct Target<'a> {
    role: &'a Role,
    /// Its own account.
    invites_account: bool,
    /// Principals by name.
    invites: Vec<Arn>,
    /// Lambda, and those of [`RUNNERS`].
    services: Vec<&'static str>,
}

/// One way to become administrator.
pub(super) struct Way {
    /// In words: what is done to whom.
    pub(super) summary: String,
    /// The actions it takes, the one to take away first.
    pub(super) actions: Vec<String>,
    /// What allows them.
    pub(super) grants: Vec<Grant>,
}

impl Way {
    /// Whether it depends on something that is not known.
    pub(super) fn is_conditional(&self) -> bool {
        self.grants.iter().any(|grant| grant.condition.is_some())
    }
}

/// Services that run something as the role they are passed: the service and what starts it.
const RUNNERS: [(&str, &[&str]); 8] = [
    ("cloudformation.amazonaws.com", &["cloudformation:CreateStack"]),
    ("codebuild.amazonaws.com", &["codebuild:CreateProject", "codebuild:StartBuild"]),
    ("ec2.amazonaws.com", &["ec2:RunInstances"]),
    ("ecs-tasks.amazonaws.com", &["ecs:RegisterTaskDefinition", "ecs:RunTask"]),
    ("glue.amazonaws.com", &["glue:CreateJob", "glue:StartJobRun"]),
    ("sagemaker.amazonaws.com", &["sagemaker:CreateProcessingJob"]),
    ("scheduler.amazonaws.com", &["scheduler:CreateSchedule"]),
    ("states.amazonaws.com", &["states:CreateStateMachine", "states:StartExecution"]),
];

/// What makes a new function run.
const TRIGGERS: [&str; 4] =
    ["lambda:InvokeFunction", "lambda:AddPermission", "lambda:CreateEventSourceMapping", "lambda:CreateFunctionUrlConfig"];

/// What gives a principal the say over a function's code.
pub(super) const REWRITES: [&str; 2] = ["lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"];

/// Services of which an action is part of some way: a role that touches none has no way.
pub(super) const SERVICES: [&str; 3] = ["iam", "lambda", "sts"];

impl<'a> Target<'a> {
    fn new(context: &Context<'_>, role: &'a Role) -> Self {
        let mut target = Self { role, invites_account: false, invites: Vec::new(), services: Vec::new() };
        // A trust policy that is no policy lets nobody in.
        for reach in context.trust(role).unwrap_or_default() {
            match &reach.audience {
                Audience::Account(id) => target.invites_account |= *id == context.posture.account && reach.conditions.is_empty(),
                Audience::Principal(arn) if reach.conditions.is_empty() => target.invites.push(arn.clone()),
                Audience::Service { name, .. } => {
                    let runners = RUNNERS.iter().map(|(service, _)| *service).chain(trust::RUNNERS.first().copied());
                    target.services.extend(runners.filter(|service| service == name));
                }
                _ => {}
            }
        }
        target
    }
}

impl<'a> Targets<'a> {
    /// Finds the administrators of the account.
    pub(super) fn new(context: &Context<'a>) -> Self {
        let identity = &context.posture.identity;
        let mut targets = Self {
            roles: Vec::new(),
            users: Vec::new(),
            functions: Vec::new(),
            administrators: BTreeSet::new(),
            unread: BTreeMap::new(),
            gap: identity.roles.gap.clone().or_else(|| identity.users.gap.clone()),
        };
        for role in identity.roles.items.iter().filter(|role| !trust::is_service_linked(role)) {
            if !glance::some_allow(context, &role.policies, glance::is_wide) {
                continue;
            }
            match is_administrator(context, &context.holder(role)) {
                Ok(true) => {
                    targets.administrators.insert(&role.arn);
                    targets.roles.push(Target::new(context, role));
                }
                Ok(false) => {}
                Err(gap) => {
                    targets.unread.insert(&role.arn, gap.clone());
                    targets.gap.get_or_insert(gap);
                }
            }
        }
        for user in &identity.users.items {
            if !glance::some_allow_of_user(context, user, glance::is_wide) {
                continue;
            }
            match is_administrator(context, &Holder::user(context.posture, &context.library, user)) {
                Ok(true) => {
                    targets.administrators.insert(&user.arn);
                    targets.users.push(user);
                }
                Ok(false) => {}
                Err(gap) => {
                    targets.gap.get_or_insert(gap);
                }
            }
        }
        targets.functions = targets.roles.iter().flat_map(|target| context.functions_of(&target.role.arn)).collect();
        targets
    }

    /// Whether the role with this ARN is administrator.
    ///
    /// # Errors
    /// The gap, when that is not known.
    pub(super) fn has_role(&self, context: &Context<'_>, arn: &Arn) -> Result<bool, Gap> {
        match self.unread.get(arn) {
            Some(gap) => Err(gap.clone()),
            None if self.administrators.contains(arn) => Ok(true),
            None => context.role(arn).map(|_| false),
        }
    }

    /// Whether `user` is administrator.
    pub(super) fn has_user(&self, user: &User) -> bool {
        self.administrators.contains(&user.arn)
    }

    /// The ways of `role`, which is none of the targets, to become administrator.
    ///
    /// # Errors
    /// The gap, when there is no way and something that could not be read may open one.
    pub(super) fn ways(&self, context: &Context<'_>, role: &Role) -> Result<Vec<Way>, Gap> {
        let holder = context.holder(role);
        let search = Search { context, holder: &holder, role };
        let mut ways = search.on_itself()?;
        ways.extend(search.by_new_principals()?);
        // One administrator of each kind is enough to tell.
        ways.extend(first(&self.users, |user| search.through_user(user))?);
        ways.extend(first(&self.roles, |target| search.through_role(target))?);
        ways.extend(first(&self.functions, |function| search.through_function(function))?);
        if ways.is_empty() {
            if let Some(gap) = &self.gap {
                return Err(gap.clone());
            }
            // Some function that was not read may run as an administrator.
            if let Some(gap) = context.functions_gap()
                && !self.roles.is_empty()
                && search.rewrites_unread()?
            {
                return Err(gap);
            }
        }
        Ok(ways)
    }
}

/// The ways through the first of `targets` that offers any for certain; else through any of them.
fn first<T>(targets: &[T], mut ways: impl FnMut(&T) -> Result<Vec<Way>, Gap>) -> Result<Vec<Way>, Gap> {
    let mut open = Vec::new();
    for target in targets {
        let found = ways(target)?;
        if found.iter().any(|way| !way.is_conditional()) {
            return Ok(found);
        }
        if open.is_empty() {
            open = found;
        }
    }
    Ok(open)
}

fn is_administrator(context: &Context<'_>, holder: &Holder<'_>) -> Result<bool, Gap> {
    Ok(held::administrator(context, holder)?.is_some_and(|grant| grant.condition.is_none()))
}

struct Search<'s, 'a> {
    context: &'s Context<'a>,
    holder: &'s Holder<'s>,
    role: &'s Role,
}

impl Search<'_, '_> {
    /// The way that takes all of `needed`, each on its resource.
    fn way(&self, needed: &[(&str, &Arn)], summary: impl FnOnce() -> String) -> Result<Option<Way>, Gap> {
        let mut grants = Vec::new();
        for (action, resource) in needed {
            match held::grant(self.holder, action, resource.as_str())? {
                Some(grant) => grants.push(grant),
                None => return Ok(None),
            }
        }
        let actions = needed.iter().map(|(action, _)| (*action).to_owned()).collect();
        Ok(Some(Way { summary: summary(), actions, grants }))
    }

    /// The way that takes all of `actions` on one thing that is not there yet, whichever name it may have; a certain
    /// way goes before a conditional one.
    fn new_way(&self, service: &str, region: &str, kind: &str, actions: &[&str], summary: impl Fn() -> String) -> Result<Option<Way>, Gap> {
        let mut open = None;
        for arn in names::fresh(self.context, self.holder, service, region, kind) {
            let needed: Vec<_> = actions.iter().map(|action| (*action, &arn)).collect();
            match self.way(&needed, &summary)? {
                Some(way) if !way.is_conditional() => return Ok(Some(way)),
                way => open = open.or(way),
            }
        }
        Ok(open)
    }

    /// More policy for itself. A boundary keeps what it then holds in bounds, unless it can be lifted.
    fn on_itself(&self) -> Result<Vec<Way>, Gap> {
        let own = &self.role.arn;
        let lift = [("iam:DeleteRolePermissionsBoundary", own)];
        let lift: &[_] = if self.role.boundary.is_some() { &lift } else { &[] };
        let mut ways = Vec::new();
        for action in ["iam:PutRolePolicy", "iam:AttachRolePolicy"] {
            ways.extend(self.way(&[&[(action, own)], lift].concat(), || format!("{action} on itself"))?);
        }
        for policy in self.role.policies.attached.iter().filter(|policy| policy.account() != "aws") {
            let needed = [&[("iam:CreatePolicyVersion", policy)], lift].concat();
            ways.extend(self.way(&needed, || format!("iam:CreatePolicyVersion on {}, which it holds", policy.name()))?);
        }
        Ok(ways)
    }

    /// A role or user made for the purpose.
    fn by_new_principals(&self) -> Result<Vec<Way>, Gap> {
        let mut ways = Vec::new();
        for action in ["iam:PutRolePolicy", "iam:AttachRolePolicy"] {
            let summary = || format!("iam:CreateRole and {action} on a new role that trusts it");
            ways.extend(self.new_way("iam", "", "role/", &["iam:CreateRole", action], summary)?);
        }
        for action in ["iam:PutUserPolicy", "iam:AttachUserPolicy"] {
            let summary = || format!("iam:CreateUser, {action} and iam:CreateAccessKey");
            ways.extend(self.new_way("iam", "", "user/", &["iam:CreateUser", action, "iam:CreateAccessKey"], summary)?);
        }
        Ok(ways)
    }

    /// Credentials of a user who is administrator.
    fn through_user(&self, user: &User) -> Result<Vec<Way>, Gap> {
        let mut ways = Vec::new();
        for action in ["iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"] {
            ways.extend(self.way(&[(action, &user.arn)], || format!("{action} on administrator {}", user.name))?);
        }
        Ok(ways)
    }

    /// A role that is administrator: by taking it on, by changing whom it trusts, or by passing it.
    fn through_role(&self, target: &Target<'_>) -> Result<Vec<Way>, Gap> {
        let mut ways = Vec::new();
        let role = target.role;
        if role.arn == self.role.arn {
            return Ok(ways);
        }
        if target.invites_account || target.invites.contains(&self.role.arn) {
            ways.extend(self.way(&[("sts:AssumeRole", &role.arn)], || format!("sts:AssumeRole on administrator {}", role.name))?);
        }
        let retrust = [("iam:UpdateAssumeRolePolicy", &role.arn)];
        ways.extend(self.way(&retrust, || format!("iam:UpdateAssumeRolePolicy on administrator {}", role.name))?);
        for service in &target.services {
            let passed = [("iam:PassedToService", *service)];
            let Some(grant) = held::grant_when(self.holder, "iam:PassRole", role.arn.as_str(), &passed)? else { continue };
            let way = match RUNNERS.iter().find(|(runner, _)| runner == service) {
                None => self.by_new_function(role)?,
                Some((_, actions)) => self.by_service(role, actions)?,
            };
            ways.extend(way.map(|mut way| {
                way.actions.insert(0, "iam:PassRole".to_owned());
                way.grants.insert(0, grant);
                way
            }));
        }
        Ok(ways)
    }

    /// What is left to do when the role can be passed to Lambda: a new function, and something that runs it.
    fn by_new_function(&self, target: &Role) -> Result<Option<Way>, Gap> {
        for region in self.context.posture.regions.keys() {
            for trigger in TRIGGERS {
                let summary = || format!("iam:PassRole of administrator {} with lambda:CreateFunction and {trigger}", target.name);
                let way = self.new_way("lambda", region, "function:", &["lambda:CreateFunction", trigger], summary)?;
                if way.is_some() {
                    return Ok(way);
                }
            }
        }
        Ok(None)
    }

    /// What is left to do when the role can be passed to another service.
    fn by_service(&self, target: &Role, actions: &[&str]) -> Result<Option<Way>, Gap> {
        let anything = Arn::new("*");
        let needed: Vec<_> = actions.iter().map(|action| (*action, &anything)).collect();
        self.way(&needed, || format!("iam:PassRole of administrator {} with {}", target.name, actions.join(" and ")))
    }

    /// Whether it can change some function that is not among those that were read.
    fn rewrites_unread(&self) -> Result<bool, Gap> {
        for region in self.context.posture.regions.keys() {
            for function in names::fresh(self.context, self.holder, "lambda", region, "function:") {
                for action in REWRITES {
                    if held::grant(self.holder, action, function.as_str())?.is_some() {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }

    /// New code for a function that runs as administrator.
    fn through_function(&self, function: &Function) -> Result<Vec<Way>, Gap> {
        let mut ways = Vec::new();
        for action in REWRITES {
            let summary = || format!("{action} on {}, which runs as an administrator", function.name);
            ways.extend(self.way(&[(action, &function.arn)], summary)?);
        }
        Ok(ways)
    }
}
