//! The ways from a role to administrator of the account, one step of abuse long.

use std::collections::BTreeMap;

use super::{
    held::{self, ANY, Grant},
    trust,
};
use crate::{
    checks::Context,
    iam::{Audience, Holder},
    model::{Arn, Function, Gap, Role, User},
};

/// Who is administrator already, and so worth becoming. Made once a run.
pub(super) struct Targets<'a> {
    roles: Vec<&'a Role>,
    users: Vec<&'a User>,
    functions: Vec<&'a Function>,
    /// Roles of which it is not known whether they are.
    unread: BTreeMap<&'a Arn, Gap>,
    /// Why there may be more, if so.
    gap: Option<Gap>,
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

/// Services of which an action is part of some way: a role that touches none has no way.
const SERVICES: [&str; 3] = ["iam", "lambda", "sts"];

impl<'a> Targets<'a> {
    /// Finds the administrators of the account.
    pub(super) fn new(context: &Context<'a>) -> Self {
        let identity = &context.posture.identity;
        let mut targets = Self {
            roles: Vec::new(),
            users: Vec::new(),
            functions: Vec::new(),
            unread: BTreeMap::new(),
            gap: identity.roles.gap.clone().or_else(|| identity.users.gap.clone()),
        };
        for role in identity.roles.items.iter().filter(|role| !trust::is_service_linked(role)) {
            match is_administrator(context, &context.holder(role)) {
                Ok(true) => targets.roles.push(role),
                Ok(false) => {}
                Err(gap) => {
                    targets.unread.insert(&role.arn, gap.clone());
                    targets.gap.get_or_insert(gap);
                }
            }
        }
        for user in &identity.users.items {
            match is_administrator(context, &Holder::user(context.posture, &context.library, user)) {
                Ok(true) => targets.users.push(user),
                Ok(false) => {}
                Err(gap) => {
                    targets.gap.get_or_insert(gap);
                }
            }
        }
        targets.functions = targets.roles.iter().flat_map(|role| context.functions_of(&role.arn)).collect();
        targets
    }

    /// Whether the role with this ARN is administrator.
    ///
    /// # Errors
    /// The gap, when that is not known.
    pub(super) fn has_role(&self, context: &Context<'_>, arn: &Arn) -> Result<bool, Gap> {
        match self.unread.get(arn) {
            Some(gap) => Err(gap.clone()),
            None if self.roles.iter().any(|role| role.arn == *arn) => Ok(true),
            None => context.role(arn).map(|_| false),
        }
    }

    /// Whether `user` is administrator.
    pub(super) fn has_user(&self, user: &User) -> bool {
        self.users.iter().any(|target| target.arn == user.arn)
    }

    /// The ways of `role`, which is none of the targets, to become administrator.
    ///
    /// # Errors
    /// The gap, when there is no way and something that could not be read may open one.
    pub(super) fn ways(&self, context: &Context<'_>, role: &Role) -> Result<Vec<Way>, Gap> {
        let holder = context.holder(role);
        if !SERVICES.iter().any(|service| held::may_touch(&holder, service)) {
            return holder.gaps.first().map_or(Ok(Vec::new()), |gap| Err(gap.clone()));
        }
        let search = Search { context, holder: &holder, role };
        let mut ways = search.on_itself()?;
        ways.extend(search.by_new_principals()?);
        for user in &self.users {
            ways.extend(search.through_user(user)?);
        }
        for target in &self.roles {
            ways.extend(search.through_role(target)?);
        }
        for function in &self.functions {
            ways.extend(search.through_function(function)?);
        }
        match &self.gap {
            Some(gap) if ways.is_empty() => Err(gap.clone()),
            _ => Ok(ways),
        }
    }
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
        let new = |kind: &str| held::arn(self.context, "iam", "", &format!("{kind}/{ANY}"));
        let (role, user) = (new("role"), new("user"));
        let mut ways = Vec::new();
        for action in ["iam:PutRolePolicy", "iam:AttachRolePolicy"] {
            let needed = [("iam:CreateRole", &role), (action, &role)];
            ways.extend(self.way(&needed, || format!("iam:CreateRole and {action} on a new role that trusts it"))?);
        }
        for action in ["iam:PutUserPolicy", "iam:AttachUserPolicy"] {
            let needed = [("iam:CreateUser", &user), (action, &user), ("iam:CreateAccessKey", &user)];
            ways.extend(self.way(&needed, || format!("iam:CreateUser, {action} and iam:CreateAccessKey"))?);
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
    fn through_role(&self, target: &Role) -> Result<Vec<Way>, Gap> {
        let mut ways = Vec::new();
        if target.arn == self.role.arn {
            return Ok(ways);
        }
        let invites = |audience: &Audience| match audience {
            Audience::Account(id) => *id == self.context.posture.account,
            Audience::Principal(arn) => *arn == self.role.arn,
            _ => false,
        };
        if self
            .context
            .trust(target)
            .is_ok_and(|reaches| reaches.iter().any(|reach| invites(&reach.audience) && reach.conditions.is_empty()))
        {
            ways.extend(self.way(&[("sts:AssumeRole", &target.arn)], || format!("sts:AssumeRole on administrator {}", target.name))?);
        }
        let retrust = [("iam:UpdateAssumeRolePolicy", &target.arn)];
        ways.extend(self.way(&retrust, || format!("iam:UpdateAssumeRolePolicy on administrator {}", target.name))?);
        if trust::lets_lambda_in(self.context, target).unwrap_or(false) {
            ways.extend(self.by_new_function(target)?);
        }
        for (service, actions) in RUNNERS {
            if trust::lets_service_in(self.context, target, service).unwrap_or(false) {
                let anything = Arn::new("*");
                let needed: Vec<_> = actions.iter().map(|action| (*action, &anything)).collect();
                ways.extend(self.passed(target, service, &needed)?);
            }
        }
        Ok(ways)
    }

    fn by_new_function(&self, target: &Role) -> Result<Option<Way>, Gap> {
        for region in self.context.posture.regions.keys() {
            let function = held::arn(self.context, "lambda", region, &format!("function:{ANY}"));
            for trigger in TRIGGERS {
                let way = self.passed(target, "lambda.amazonaws.com", &[("lambda:CreateFunction", &function), (trigger, &function)])?;
                if way.is_some() {
                    return Ok(way);
                }
            }
        }
        Ok(None)
    }

    /// The way that passes `target` to `service`, and has it run.
    fn passed(&self, target: &Role, service: &str, needed: &[(&str, &Arn)]) -> Result<Option<Way>, Gap> {
        let passed = [("iam:PassedToService", service)];
        let Some(grant) = held::grant_when(self.holder, "iam:PassRole", target.arn.as_str(), &passed)? else { return Ok(None) };
        let names: Vec<_> = needed.iter().map(|(action, _)| *action).collect();
        let way = self.way(needed, || format!("iam:PassRole of administrator {} with {}", target.name, names.join(" and ")))?;
        Ok(way.map(|mut way| {
            way.actions.insert(0, "iam:PassRole".to_owned());
            way.grants.insert(0, grant);
            way
        }))
    }

    /// New code for a function that runs as administrator.
    fn through_function(&self, function: &Function) -> Result<Vec<Way>, Gap> {
        let mut ways = Vec::new();
        for action in ["lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"] {
            let summary = || format!("{action} on {}, which runs as an administrator", function.name);
            ways.extend(self.way(&[(action, &function.arn)], summary)?);
        }
        Ok(ways)
    }
}
