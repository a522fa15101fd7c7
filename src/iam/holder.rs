//! What a principal may do, by the policies it holds.

use std::{marker::PhantomData, sync::Arc};

use super::{
    Caller, Document, Keyring, Library, Request, Statement, Value,
    controls::Controls,
    decide::decide_by,
    derived,
    policy_set::{Bearing, Layer, Named},
};
use crate::model::{Arn, Gap, Policies, Posture, Role, User};

/// A role or user with the policies that bear on it: identity policies, permissions boundary, and what its organization says.
#[derive(Debug)]
pub struct Holder<'a> {
    /// Its allow statements, with where they stand.
    pub permissions: Vec<Permission>,
    /// Policies that could not be read: what it holds may be more.
    pub gaps: Vec<Gap>,
    identity: Vec<Named>,
    boundary: Option<Vec<Named>>,
    controls: Arc<Controls>,
    /// Why the permissions boundary is not known, when there is one that could not be read.
    boundary_gap: Option<Gap>,
    arn: Arn,
    context: Arc<Keyring>,
    /// It shares what it holds with the posture, and so can be made late; it is of that posture all the same.
    posture: PhantomData<&'a Posture>,
}

/// An Allow statement that a principal holds.
#[derive(Debug, Clone)]
pub struct Permission {
    /// What people call the policy: `inline policy deploy`, `AdministratorAccess`.
    pub policy: String,
    /// The statement.
    pub statement: Arc<Statement>,
    /// What kind of policy it is.
    pub layer: Layer,
}

/// What came out of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Allowed, whatever the context.
    Allowed,
    /// It depends on something that is not known.
    Conditional,
    /// Nothing allows it.
    ImplicitlyDenied,
    /// A statement denies it.
    ExplicitlyDenied,
}

impl Outcome {
    /// The word of the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Allowed => "Allowed",
            Self::Conditional => "conditional",
            Self::ImplicitlyDenied => "ImplicitlyDenied",
            Self::ExplicitlyDenied => "ExplicitlyDenied",
        }
    }
}

/// A decision with what decided it.
#[derive(Debug, Clone)]
pub struct Decision {
    /// What came out.
    pub outcome: Outcome,
    /// The statements that decided.
    pub proof: Vec<Permission>,
    /// For allowed ones: the statements of boundary, session and organization that agreed.
    pub agreed: Vec<Permission>,
    /// For conditional ones: what it depends on, in words.
    pub condition: Option<String>,
    /// For denied ones: the kinds of policies that stand in the way.
    pub blocked_by: Vec<Layer>,
}

impl Holder<'_> {
    /// Gathers the policies of `role`.
    pub fn role(posture: &Posture, library: &Library, role: &Role) -> Self {
        let mut holder = Self::new(&role.arn, library, derived::of_role(posture, library, role));
        holder.hold(posture, library, &role.policies);
        holder.bound(posture, library, role.boundary.as_ref());
        holder
    }

    /// Gathers the policies of `user` and of its groups.
    pub fn user(posture: &Posture, library: &Library, user: &User) -> Self {
        let mut holder = Self::new(&user.arn, library, derived::of_user(posture, library, user));
        holder.hold(posture, library, &user.policies);
        for name in &user.groups {
            match posture.identity.groups.items.iter().find(|group| group.name == *name) {
                Some(group) => holder.hold(posture, library, &group.policies),
                None => holder.gaps.push(
                    posture
                        .identity
                        .groups
                        .gap
                        .clone()
                        .unwrap_or_else(|| Gap::failed(READ_BY, format!("the group {name} is not among the groups that were read"))),
                ),
            }
        }
        holder.bound(posture, library, user.boundary.as_ref());
        holder
    }

    fn new(arn: &Arn, library: &Library, context: Keyring) -> Self {
        Self {
            permissions: Vec::new(),
            gaps: Vec::new(),
            identity: Vec::new(),
            boundary: None,
            controls: Arc::clone(library.controls()),
            boundary_gap: None,
            arn: arn.clone(),
            context: Arc::new(context),
            posture: PhantomData,
        }
    }

    fn hold(&mut self, posture: &Posture, library: &Library, policies: &Policies) {
        let inline = policies.inline.iter().map(|(name, text)| (format!("inline policy {name}"), library.shared(text).cloned()));
        let attached = policies.attached.iter().map(|arn| (arn.name().to_owned(), managed(posture, library, arn)));
        for (name, document) in inline.chain(attached) {
            match document {
                Ok(document) => {
                    self.permissions.extend(
                        document.statements.iter().filter(|statement| statement.is_allow()).map(|statement| Permission {
                            policy: name.clone(),
                            statement: Arc::clone(statement),
                            layer: Layer::Identity,
                        }),
                    );
                    self.identity.push(Named::new(name, document));
                }
                Err(gap) => self.gaps.push(gap),
            }
        }
    }

    fn bound(&mut self, posture: &Posture, library: &Library, boundary: Option<&Arn>) {
        let Some(arn) = boundary else { return };
        match managed(posture, library, arn) {
            Ok(document) => self.boundary = Some(vec![Named::new(format!("boundary {}", arn.name()), document)]),
            Err(gap) => self.boundary_gap = Some(gap),
        }
    }

    /// Whether it may do `action` (`logs:PutLogEvents`) on `resource` (an ARN, which may be one yet to be made, or `*`),
    /// by the policies it holds and those of its organization: whether the resource's own policy agrees is another question.
    ///
    /// The text `*` as an action or a resource stands for all of them: only a policy that says `*` allows it, and
    /// only a deny of everything denies it.
    ///
    /// # Errors
    /// The gap, when an unread policy could change the answer.
    pub fn decide(&self, action: &str, resource: &str) -> Result<Decision, Gap> {
        self.decide_when(action, resource, &[])
    }

    /// Like [`Holder::decide`], with context keys that the question fixes, such as `iam:PassedToService`.
    ///
    /// # Errors
    /// The gap, when an unread policy could change the answer.
    pub fn decide_when(&self, action: &str, resource: &str, keys: &[(&str, &str)]) -> Result<Decision, Gap> {
        let mut context = derived::for_resource(&self.context, resource);
        for (key, value) in keys {
            context.set(key, Value::One((*value).to_owned()));
        }
        let request = Request { context, ..Request::new(Caller::Principal(self.arn.as_str().to_owned()), action, resource) };
        self.settle(&request, self.bearing())
    }

    /// The policies that bear on what it asks, wherever that is answered.
    pub(super) fn bearing(&self) -> Bearing<'_> {
        Bearing {
            identity: &self.identity,
            boundary: self.boundary.as_deref(),
            scp: &self.controls.scp,
            caller_side_only: true,
            ..Bearing::default()
        }
    }

    /// What is known of its requests.
    pub(super) const fn context(&self) -> &Arc<Keyring> {
        &self.context
    }

    /// Decides by `bearing`, which is what it holds and perhaps others.
    ///
    /// # Errors
    /// The gap, when an unread policy of its own could change the answer.
    pub(super) fn settle(&self, request: &Request, bearing: Bearing<'_>) -> Result<Decision, Gap> {
        let decision = decide_by(request, bearing);
        match decision.outcome {
            // Nothing takes an explicit deny back.
            Outcome::ExplicitlyDenied => {}
            // A boundary takes away, and so can any policy; only an identity policy adds.
            Outcome::Allowed | Outcome::Conditional => {
                if let Some(gap) = self.gaps.first().or(self.boundary_gap.as_ref()) {
                    return Err(gap.clone());
                }
            }
            // What others do not allow, no identity policy adds.
            Outcome::ImplicitlyDenied if decision.blocked_by.iter().any(|layer| *layer != Layer::Identity) => {}
            Outcome::ImplicitlyDenied => {
                if let Some(gap) = self.gaps.first() {
                    return Err(gap.clone());
                }
            }
        }
        Ok(decision)
    }
}

/// The call that reads every policy of IAM.
const READ_BY: &str = "iam:GetAccountAuthorizationDetails";

/// The document of a managed policy.
fn managed(posture: &Posture, library: &Library, arn: &Arn) -> Result<Arc<Document>, Gap> {
    let Some(policy) = posture.policy(arn) else {
        let missing = || Gap::failed(READ_BY, format!("{} is attached, and not among the policies that were read", arn.name()));
        return Err(posture.identity.policies.gap.clone().unwrap_or_else(missing));
    };
    library.shared(policy.document.known()?).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checks::testing::{LOGS_ONLY, empty, role},
        model::{Fact, Group, Listing, ManagedPolicy, PolicyText},
    };

    const LOG: &str = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/orders:log-stream:x";

    fn policy(name: &str, document: Fact<PolicyText>) -> ManagedPolicy {
        ManagedPolicy { arn: Arn::build("aws", "iam", "", "123456789012", &format!("policy/{name}")), name: name.to_owned(), document }
    }

    fn text(statements: &str) -> PolicyText {
        PolicyText::new(format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#))
    }

    /// What a role with this inline policy, changed by `change`, is told.
    fn ask(inline: &str, change: impl FnOnce(&mut Posture), action: &str, resource: &str) -> Result<Decision, Gap> {
        let mut posture = empty();
        posture.identity.roles.items.push(role("orders-role", inline));
        change(&mut posture);
        let library = Library::new(&posture);
        Holder::role(&posture, &library, &posture.identity.roles.items[0]).decide(action, resource)
    }

    fn outcome(inline: &str, action: &str, resource: &str) -> Outcome {
        ask(inline, |_| (), action, resource).expect("a decision").outcome
    }

    #[test]
    fn a_role_may_do_what_its_policies_say() {
        assert_eq!(outcome(LOGS_ONLY, "logs:PutLogEvents", LOG), Outcome::Allowed);
        assert_eq!(outcome(LOGS_ONLY, "logs:DeleteLogGroup", LOG), Outcome::ImplicitlyDenied);
        let decision = ask(LOGS_ONLY, |_| (), "logs:PutLogEvents", LOG).expect("a decision");
        assert_eq!(decision.proof[0].policy, "inline policy inline");
    }

    #[test]
    fn everything_is_only_what_says_everything() {
        let all = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
        assert_eq!(outcome(all, "*", "*"), Outcome::Allowed);
        let but = r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
        assert_eq!(outcome(but, "*", "*"), Outcome::ExplicitlyDenied);
        assert_eq!(outcome(r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#, "*", "*"), Outcome::ImplicitlyDenied);
        assert_eq!(outcome(r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#, "s3:GetObject", "*"), Outcome::Allowed);
    }

    #[test]
    fn what_follows_from_the_role_is_known() {
        let cases = [
            (r#"{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/orders-role"}}"#, Outcome::Allowed),
            (r#"{"StringEquals":{"aws:PrincipalAccount":"210987654321"}}"#, Outcome::ImplicitlyDenied),
            (r#"{"StringEquals":{"aws:ResourceAccount":"${aws:PrincipalAccount}"}}"#, Outcome::Allowed),
            (r#"{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}"#, Outcome::ImplicitlyDenied),
            (r#"{"StringEquals":{"aws:PrincipalTag/team":"pay"}}"#, Outcome::ImplicitlyDenied),
            (r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#, Outcome::ImplicitlyDenied),
            (r#"{"DateGreaterThan":{"aws:CurrentTime":"2027-01-01T00:00:00Z"}}"#, Outcome::ImplicitlyDenied),
            (r#"{"StringEquals":{"aws:SourceVpce":"vpce-1"}}"#, Outcome::Conditional),
        ];
        for (condition, expected) in cases {
            let inline = format!(
                r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"logs:*","Resource":"*","Condition":{condition}}}}}"#
            );
            assert_eq!(outcome(&inline, "logs:PutLogEvents", LOG), expected, "{condition}");
        }
        let inline = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"logs:*","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpce":"vpce-1"}}}}"#;
        let decision = ask(inline, |_| (), "logs:PutLogEvents", LOG).expect("a decision");
        assert_eq!(decision.condition.as_deref(), Some("only if aws:SourceVpce is vpce-1"));
    }

    #[test]
    fn the_boundary_takes_away() {
        let bounded = |document: Fact<PolicyText>| {
            move |posture: &mut Posture| {
                let boundary = policy("edge", document);
                posture.identity.roles.items[0].boundary = Some(boundary.arn.clone());
                posture.identity.policies = Listing::complete(vec![boundary]);
            }
        };
        let s3 = || Fact::Known(text(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#));
        let decision = ask(LOGS_ONLY, bounded(s3()), "logs:PutLogEvents", LOG).expect("a decision");
        assert_eq!((decision.outcome, decision.blocked_by), (Outcome::ImplicitlyDenied, vec![Layer::Boundary]));
        let denied = || Fact::from(Gap::denied("iam:GetPolicyVersion", "no"));
        assert!(ask(LOGS_ONLY, bounded(denied()), "logs:PutLogEvents", LOG).is_err());
        // No boundary adds what the role does not hold.
        assert_eq!(ask(LOGS_ONLY, bounded(denied()), "s3:GetObject", "*").expect("a decision").outcome, Outcome::ImplicitlyDenied);
    }

    #[test]
    fn an_unread_policy_leaves_nothing_certain_but_a_deny() {
        let attach = |posture: &mut Posture| {
            posture.identity.roles.items[0].policies.attached.push(Arn::new("arn:aws:iam::123456789012:policy/unknown"));
        };
        assert!(ask(LOGS_ONLY, attach, "logs:PutLogEvents", LOG).is_err());
        assert!(ask(LOGS_ONLY, attach, "s3:GetObject", "*").is_err());
        let deny = r#"{"Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}"#;
        assert_eq!(ask(deny, attach, "s3:GetObject", "*").expect("a decision").outcome, Outcome::ExplicitlyDenied);
        assert!(ask("{", |_| (), "s3:GetObject", "*").expect_err("a gap").detail.contains("line 1"));
    }

    #[test]
    fn a_user_holds_what_its_groups_hold() {
        let mut posture = empty();
        let user = User {
            arn: Arn::new("arn:aws:iam::123456789012:user/ann"),
            name: "ann".to_owned(),
            policies: Policies::default(),
            groups: vec!["ops".to_owned(), "gone".to_owned()],
            boundary: None,
            tags: Default::default(),
        };
        posture.identity.users.items.push(user);
        let statement = r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}/*"},{"Effect":"Deny","Action":"s3:Delete*","Resource":"*"}"#;
        posture.identity.groups.items.push(Group {
            arn: Arn::new("arn:aws:iam::123456789012:group/ops"),
            name: "ops".to_owned(),
            policies: Policies { inline: [("home".to_owned(), text(statement))].into(), attached: vec![] },
        });
        let library = Library::new(&posture);
        let holder = Holder::user(&posture, &library, &posture.identity.users.items[0]);
        assert_eq!(holder.gaps.len(), 1, "the group that is gone");
        assert!(holder.decide("s3:GetObject", "arn:aws:s3:::b/ann/x").is_err());
        assert_eq!(holder.decide("s3:DeleteObject", "arn:aws:s3:::b/ann/x").expect("a decision").outcome, Outcome::ExplicitlyDenied);
        posture.identity.users.items[0].groups.pop();
        let holder = Holder::user(&posture, &library, &posture.identity.users.items[0]);
        assert_eq!(holder.decide("s3:GetObject", "arn:aws:s3:::b/ann/x").expect("a decision").outcome, Outcome::Allowed);
        assert_eq!(holder.decide("s3:GetObject", "arn:aws:s3:::b/bob/x").expect("a decision").outcome, Outcome::ImplicitlyDenied);
    }
}
