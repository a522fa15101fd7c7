//! An account's policies together, ready to be asked.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use super::{
    Caller, Decision, Holder, Keyring, Library, Named, Outcome, Request, Value,
    carrier::{self, Place},
    controls::everything,
    decide::decide_by,
    derived, glob, grants,
    invited::Invited,
    policy_set::{Bearing, Layer},
};
use crate::model::{Arn, Gap, Posture, Role, User};

/// An account's policies together: those of its principals, of its resources, and those of the organization above.
#[derive(Debug)]
pub struct Account<'a> {
    posture: &'a Posture,
    library: Arc<Library>,
    /// What is made when it is first asked for: most questions are about a few principals and resources.
    holders: HashMap<&'a Arn, Seat<'a>>,
    sessions: OnceLock<HashMap<String, Arn>>,
    own: OnceLock<carrier::Index>,
    aliases: OnceLock<HashMap<String, Arn>>,
    invited: OnceLock<Invited>,
    everything: Option<Named>,
}

/// A role or user, and what it holds once somebody has asked.
#[derive(Debug)]
struct Seat<'a> {
    who: Who<'a>,
    holder: OnceLock<Holder<'static>>,
}

#[derive(Debug, Clone, Copy)]
enum Who<'a> {
    Role(&'a Role),
    User(&'a User),
}

/// What a caller brings.
enum Asker<'h, 'a> {
    /// A role or user of the account.
    Holder(&'h Holder<'a>),
    /// The account's root user.
    Root,
    /// A principal of another account, of which nothing is known: it may hold anything.
    Foreigner(&'h str),
    /// A service, somebody from an identity provider, or somebody without credentials.
    Outsider,
}

/// What the resource brings.
#[derive(Default)]
struct Own {
    policies: Vec<Named>,
    /// Why a policy is missing.
    gap: Option<Gap>,
}

impl<'a> Account<'a> {
    /// Gathers the policies of every role and user of `posture`; `library` holds its documents.
    pub fn new(posture: &'a Posture, library: Arc<Library>) -> Self {
        let identity = &posture.identity;
        let roles = identity.roles.items.iter().map(|role| (&role.arn, Who::Role(role)));
        let users = identity.users.items.iter().map(|user| (&user.arn, Who::User(user)));
        let holders = roles.chain(users).map(|(arn, who)| (arn, Seat { who, holder: OnceLock::new() })).collect();
        let everything = everything().map(|document| Named::new("what is not known", document));
        Self {
            posture,
            library,
            holders,
            sessions: OnceLock::new(),
            own: OnceLock::new(),
            aliases: OnceLock::new(),
            invited: OnceLock::new(),
            everything,
        }
    }

    /// The posture.
    pub const fn posture(&self) -> &'a Posture {
        self.posture
    }

    /// Its documents.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// The role or user with this ARN.
    pub fn holder(&self, arn: &Arn) -> Option<&Holder<'a>> {
        let seat = self.holders.get(arn)?;
        Some(seat.holder.get_or_init(|| match seat.who {
            Who::Role(role) => Holder::role(self.posture, &self.library, role),
            Who::User(user) => Holder::user(self.posture, &self.library, user),
        }))
    }

    /// Whether it is a role or user of the account.
    pub fn has(&self, arn: &Arn) -> bool {
        self.holders.contains_key(arn)
    }

    /// The roles and users whose policies somebody has asked for so far.
    pub fn asked(&self) -> impl Iterator<Item = &Arn> {
        self.holders.iter().filter(|(_, seat)| seat.holder.get().is_some()).map(|(arn, _)| *arn)
    }

    /// The roles and users, in order of their ARNs.
    pub fn principals(&self) -> impl Iterator<Item = &'a Arn> {
        let identity = &self.posture.identity;
        let mut arns: Vec<&Arn> =
            identity.roles.items.iter().map(|role| &role.arn).chain(identity.users.items.iter().map(|user| &user.arn)).collect();
        arns.sort();
        arns.into_iter()
    }

    /// The resources whose policies name `principal` itself: it may need no statement of its own.
    pub fn naming(&self, principal: &Arn) -> &[Arn] {
        self.invited().of(principal)
    }

    /// Whether the policy of `resource` names everybody.
    pub fn names_everyone(&self, resource: &Arn) -> bool {
        self.invited().is_everyones(resource)
    }

    fn invited(&self) -> &Invited {
        self.invited.get_or_init(|| Invited::new(self.posture, &self.library))
    }

    /// Whether `caller` may do `action` on `resource`, by every policy that bears on it: what the caller holds, its boundary, its
    /// organization's policies, and the resource's own. `keys` are context keys that the question fixes, such as
    /// `iam:PassedToService`, one that comes twice having several values; what follows from the posture is added.
    ///
    /// A resource that is in no list that was read whole is taken for one yet to be made. Of a principal of another account
    /// nothing is known but what it is let do here, and of another account's resource nothing at all: then it depends on these.
    /// Access control lists of S3 are no policies, and not asked.
    ///
    /// # Errors
    /// The gap, when an unread policy could change the answer. Unread policies of the organization count as none: they only take
    /// away, and [`Library::unread_controls`] tells.
    pub fn can(&self, caller: &Caller, action: &str, resource: &str, keys: &[(&str, &str)]) -> Result<Decision, Gap> {
        let lower = action.to_lowercase();
        let resource = self.resolve(&lower, resource);
        let (asker, base) = self.asker(caller)?;
        let owner = resource.account();
        // AWS's own policies are nobody's.
        let is_ours = matches!(owner, "" | "aws") || owner == self.posture.account;
        let mut context = derived::for_resource(&base, resource.as_str());
        let mut request = Request::new(caller.clone(), action, resource.as_str());
        if is_ours && resource.as_str() != "*" {
            derived::of_own_resource(&mut context, self.posture, &self.library);
            derived::of_settings(&mut context, self.posture, &lower, &resource);
            request.resource_account = Some(self.posture.account.clone());
        }
        for (key, value) in keys {
            let same = keys.iter().filter(|(other, _)| other.eq_ignore_ascii_case(key));
            let values: Vec<String> = same.map(|(_, value)| (*value).to_owned()).collect();
            context.set(key, if values.len() > 1 { Value::Many(values) } else { Value::One((*value).to_owned()) });
        }
        request.context = context;
        if !is_ours {
            return self.abroad(&asker, &request, owner);
        }
        let own = self.own(caller, &asker, &lower, &resource);
        self.at_home(&asker, &request, &own)
    }

    /// Decides on a resource of the account's own.
    fn at_home(&self, asker: &Asker<'_, 'a>, request: &Request, own: &Own) -> Result<Decision, Gap> {
        let bearing =
            Bearing { resource: &own.policies, rcp: &self.library.controls().rcp, caller_side_only: false, ..self.bearing(asker) };
        let mut decision = self.settle(asker, request, bearing)?;
        if let Some(gap) = &own.gap {
            match decision.outcome {
                Outcome::ExplicitlyDenied => {}
                // What the organization does not allow, no resource does.
                Outcome::ImplicitlyDenied if decision.blocked_by.contains(&Layer::ServiceControl) => {}
                _ => return Err(gap.clone()),
            }
        }
        if let Asker::Foreigner(arn) = asker {
            if request.resource == "*" && decision.outcome != Outcome::ExplicitlyDenied {
                return Err(Gap::unsupported(format!("what {arn} may do in its own account is not known")));
            }
            let account = arn.split(':').nth(4).unwrap_or_default();
            self.leave_open(&mut decision, &format!("only if account {account} lets its principal"));
        }
        Ok(decision)
    }

    /// Decides on a resource of another account's, as far as this side goes.
    fn abroad(&self, asker: &Asker<'_, 'a>, request: &Request, owner: &str) -> Result<Decision, Gap> {
        if matches!(asker, Asker::Foreigner(_) | Asker::Outsider) {
            return Err(Gap::unsupported(format!("{} is not of this account", request.resource)));
        }
        let bearing = Bearing { resource: self.everything.as_slice(), caller_side_only: false, ..self.bearing(asker) };
        let mut decision = self.settle(asker, request, bearing)?;
        self.leave_open(&mut decision, &format!("only if account {owner} lets it in, by a policy of the resource's own"));
        Ok(decision)
    }

    fn bearing<'s>(&'s self, asker: &'s Asker<'_, 'a>) -> Bearing<'s> {
        match asker {
            Asker::Holder(holder) => holder.bearing(),
            Asker::Root => Bearing { scp: &self.library.controls().scp, ..Bearing::default() },
            Asker::Foreigner(_) => Bearing { identity: self.everything.as_slice(), ..Bearing::default() },
            Asker::Outsider => Bearing::default(),
        }
    }

    fn settle(&self, asker: &Asker<'_, 'a>, request: &Request, bearing: Bearing<'_>) -> Result<Decision, Gap> {
        match asker {
            Asker::Holder(holder) => holder.settle(request, bearing),
            _ => Ok(decide_by(request, bearing)),
        }
    }

    /// What is allowed depends on `words` besides; a denial stands.
    fn leave_open(&self, decision: &mut Decision, words: &str) {
        let placeholder = self.everything.as_ref().and_then(|named| named.document.statements.first());
        decision.proof.retain(|permission| !placeholder.is_some_and(|statement| Arc::ptr_eq(statement, &permission.statement)));
        if matches!(decision.outcome, Outcome::Allowed | Outcome::Conditional) {
            decision.outcome = Outcome::Conditional;
            decision.condition = Some(match decision.condition.take() {
                Some(condition) => format!("{words}; {condition}"),
                None => words.to_owned(),
            });
        }
    }

    /// Who asks, and what is known of its requests.
    fn asker<'h>(&'h self, caller: &'h Caller) -> Result<(Asker<'h, 'a>, Arc<Keyring>), Gap> {
        let outsider = |keys: Keyring| Ok((Asker::Outsider, Arc::new(keys)));
        let arn = match caller {
            Caller::Principal(arn) => arn,
            Caller::Service(name) => return outsider(derived::of_service(self.posture, name)),
            Caller::Federated(provider) => return outsider(derived::of_federated(self.posture, provider)),
            Caller::Anonymous => return outsider(derived::of_stranger(self.posture)),
        };
        let known = Arn::new(arn.as_str());
        if known.account() != self.posture.account {
            return Ok((Asker::Foreigner(arn), Arc::new(derived::of_foreigner(self.posture, &known))));
        }
        if known.service() == "iam" && known.resource() == "root" {
            return Ok((Asker::Root, Arc::new(derived::of_root(self.posture, &self.library))));
        }
        let holder = match known.resource().strip_prefix("assumed-role/") {
            Some(session) => self.sessions().get(session.split('/').next().unwrap_or_default()).and_then(|role| self.holder(role)),
            None => self.holder(&known),
        };
        let holder = holder.ok_or_else(|| {
            let identity = &self.posture.identity;
            let missing = || Gap::failed(READ_BY, format!("{arn} is not among the roles and users that were read"));
            identity.roles.gap.clone().or_else(|| identity.users.gap.clone()).unwrap_or_else(missing)
        })?;
        Ok((Asker::Holder(holder), Arc::clone(holder.context())))
    }

    /// Roles by name: sessions do not tell the path.
    fn sessions(&self) -> &HashMap<String, Arn> {
        self.sessions.get_or_init(|| self.posture.identity.roles.items.iter().map(|role| (role.name.clone(), role.arn.clone())).collect())
    }

    /// The ARN that policies are asked about: a key for its alias, a secret for its name.
    fn resolve(&self, action: &str, resource: &str) -> Arn {
        let arn = Arn::new(resource);
        let part = arn.resource();
        if arn.service() == "kms" && part.starts_with("alias/") && !action.ends_with("alias") {
            return self.aliases().get(resource).map_or(arn.clone(), Arn::clone);
        }
        if arn.service() == "secretsmanager" && part.starts_with("secret:") {
            let secrets = self.posture.regions.get(arn.region()).map(|region| region.secrets.items.as_slice()).unwrap_or_default();
            // AWS puts a hyphen and six characters behind the name.
            let start = secrets.partition_point(|secret| secret.arn < arn);
            let is_named =
                |secret: &Arn| secret.as_str().strip_prefix(resource).is_some_and(|rest| rest.len() == 7 && rest.starts_with('-'));
            if secrets.get(start).is_some_and(|secret| secret.arn != arn) {
                let found = secrets.iter().skip(start).take_while(|secret| secret.arn.as_str().starts_with(resource));
                return found.map(|secret| &secret.arn).find(|secret| is_named(secret)).unwrap_or(&arn).clone();
            }
        }
        arn
    }

    fn aliases(&self) -> &HashMap<String, Arn> {
        self.aliases.get_or_init(|| {
            let keys = self.posture.regions.values().flat_map(|region| &region.keys.items);
            let named = keys.flat_map(|key| key.aliases.known().into_iter().flatten().map(move |alias| (alias, &key.arn)));
            named.map(|(alias, key)| (format!("{}{alias}", key.as_str().trim_end_matches(key.resource())), key.clone())).collect()
        })
    }

    /// The policies of `resource` that bear on `action`.
    fn own(&self, caller: &Caller, asker: &Asker<'_, 'a>, action: &str, resource: &Arn) -> Own {
        let mut own = Own::default();
        let place = carrier::place(action, resource);
        let at = match &place {
            Place::Nowhere => return own,
            Place::At(at) => at,
            Place::Beyond => {
                // For principals of the account such a policy is no more than a way besides.
                let is_stranger = matches!(asker, Asker::Foreigner(_) | Asker::Outsider);
                let gap = || Gap::unsupported(format!("policies of {} are not read", resource.service()));
                // Parameters are shared with accounts, and with nobody else.
                let is_shared = resource.service() != "ssm" || matches!(asker, Asker::Foreigner(_));
                own.gap = (is_stranger && is_shared).then(gap);
                return own;
            }
        };
        match self.carried().get(at.as_str()) {
            Some(Ok(text)) => match text.as_ref().map(|text| self.library.shared(text)).transpose() {
                Ok(document) => {
                    let name = Arn::new(at.as_str());
                    own.policies.extend(document.map(|document| Named::new(format!("policy of {}", name.name()), Arc::clone(document))));
                }
                Err(gap) => own.gap = Some(gap),
            },
            Some(Err(gap)) => own.gap = Some(gap.clone()),
            None => own.gap = carrier::unlisted(self.posture, &Arn::new(at.as_str())),
        }
        match resource.service() {
            "s3" if matches!(asker, Asker::Foreigner(_)) || *caller == Caller::Anonymous => self.block_public(at, &mut own),
            "kms" => match self.posture.key(resource).map(|key| grants::to(key, caller, action)) {
                Some(Ok(found)) => own.policies.extend(found),
                Some(Err(gap)) => own.gap = own.gap.or(Some(gap)),
                None => {}
            },
            // Whether a method asks for a signature decides with the policy.
            "execute-api" if matches!(asker, Asker::Outsider) => {
                own.gap.get_or_insert_with(|| Gap::unsupported("who may call an API is also for its methods and authorizers to say"));
            }
            _ => {}
        }
        own
    }

    fn carried(&self) -> &carrier::Index {
        self.own.get_or_init(|| carrier::index(self.posture))
    }

    /// Where public access is blocked, what a public policy grants counts for nobody from outside the account.
    fn block_public(&self, bucket: &str, own: &mut Own) {
        let of_account =
            self.posture.governance.s3_public_access_block.known().map(|block| block.is_some_and(|block| block.restrict_public_buckets));
        let bucket = self.posture.regions.values().find_map(|region| crate::model::find(&region.buckets, &Arn::new(bucket)));
        let Some(bucket) = bucket else { return };
        let of_bucket = bucket.public_access_block.known().map(|block| block.is_some_and(|block| block.restrict_public_buckets));
        let allows = |own: &Own| own.policies.iter().flat_map(|policy| &policy.document.statements).any(|statement| statement.is_allow());
        if !allows(own) {
            return;
        }
        // A policy is public as a whole: by whatever it says of the bucket or of some object.
        let reaches = |named: &Named| {
            let patterns = named.document.statements.iter().flat_map(|statement| statement.resources().map(glob::tokens));
            let mut things = patterns.map(|pattern| Arn::new(glob::instance(&pattern, "x")));
            things.any(|thing| super::audience(&named.document, &["s3:*"], &thing).iter().any(|reach| reach.audience.is_public()))
        };
        let is_public = bucket.policy_is_public.known().ok().copied().flatten().unwrap_or_else(|| own.policies.iter().any(reaches));
        if !is_public {
            return;
        }
        match (of_account, of_bucket) {
            (Ok(true), _) | (_, Ok(true)) => {
                for policy in &mut own.policies {
                    policy.document = Arc::new(policy.document.without_allows());
                }
            }
            (Err(gap), _) | (_, Err(gap)) => own.gap = Some(gap.clone()),
            (Ok(false), Ok(false)) => {}
        }
    }
}

/// The call that reads roles and users.
const READ_BY: &str = "iam:GetAccountAuthorizationDetails";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checks::testing::{key, role, with_function},
        model::{Bucket, Fact, Grant, Organization, OrganizationLevel, PolicyText, PublicAccessBlock, VpcConfig},
    };

    const FUNCTION: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders";
    const ROLE: &str = "arn:aws:iam::123456789012:role/orders-role";
    const NOTHING: &str = r#"{"Statement":[]}"#;
    const ALL: &str = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    const INVOKE: &str = "lambda:InvokeFunction";

    /// An account with a function, its role that holds `inline`, and a key; changed by `change`.
    fn account(inline: &str, change: impl FnOnce(&mut Posture)) -> Posture {
        let mut posture = with_function(|_| ());
        posture.identity.roles.items = vec![role("orders-role", inline)];
        region(&mut posture).keys.items.push(key("k"));
        posture.governance.organization = Fact::Known(None);
        change(&mut posture);
        posture
    }

    fn region(posture: &mut Posture) -> &mut crate::model::Region {
        posture.regions.get_mut("eu-west-1").expect("the Region")
    }

    fn decide(posture: &Posture, caller: &Caller, action: &str, resource: &str) -> Result<Decision, Gap> {
        Account::new(posture, Arc::new(Library::new(posture))).can(caller, action, resource, &[])
    }

    fn principal(arn: &str) -> Caller {
        Caller::Principal(arn.to_owned())
    }

    /// What the role may do.
    fn can(inline: &str, change: impl FnOnce(&mut Posture), action: &str, resource: &str) -> Result<Outcome, Gap> {
        decide(&account(inline, change), &principal(ROLE), action, resource).map(|decision| decision.outcome)
    }

    fn policy(statement: &str) -> PolicyText {
        PolicyText::new(format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#))
    }

    fn lambda_policy(effect: &str) -> Option<PolicyText> {
        Some(policy(&format!(r#"{{"Effect":"{effect}","Principal":{{"AWS":"{ROLE}"}},"Action":"lambda:*","Resource":"*"}}"#)))
    }

    fn set(qualifier: &'static str, policy: Option<PolicyText>) -> impl FnOnce(&mut Posture) {
        move |posture| {
            region(posture).functions.items[0].policies.insert(qualifier.to_owned(), Fact::Known(policy));
        }
    }

    #[test]
    fn a_function_may_let_in_who_holds_nothing_and_keep_out_who_holds_everything() {
        assert_eq!(can(NOTHING, set("$LATEST", None), INVOKE, FUNCTION), Ok(Outcome::ImplicitlyDenied));
        assert_eq!(can(NOTHING, set("$LATEST", lambda_policy("Allow")), INVOKE, FUNCTION), Ok(Outcome::Allowed));
        assert_eq!(can(NOTHING, set("$LATEST", lambda_policy("Allow")), INVOKE, &format!("{FUNCTION}:$LATEST")), Ok(Outcome::Allowed));
        assert_eq!(can(ALL, set("$LATEST", lambda_policy("Deny")), INVOKE, FUNCTION), Ok(Outcome::ExplicitlyDenied));
        assert_eq!(can(NOTHING, set("live", lambda_policy("Allow")), INVOKE, &format!("{FUNCTION}:live")), Ok(Outcome::Allowed));
        // Version 1 is there, and its policy was not read.
        assert!(can(ALL, |_| (), INVOKE, &format!("{FUNCTION}:1")).is_err());
        // What is not there may be made.
        assert_eq!(can(ALL, |_| (), INVOKE, &format!("{FUNCTION}-new")), Ok(Outcome::Allowed));
    }

    #[test]
    fn a_key_that_names_nobody_is_closed_to_everybody() {
        let decrypt = |inline: &str, statements: &str, resource: &str| {
            let text = policy(statements);
            let change = |posture: &mut Posture| {
                let key = &mut region(posture).keys.items[0];
                key.policy = Fact::Known(text);
                key.aliases = Fact::Known(vec!["alias/orders".to_owned()]);
            };
            can(inline, change, "kms:Decrypt", &format!("arn:aws:kms:eu-west-1:123456789012:{resource}"))
        };
        let root = r#"{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"kms:*","Resource":"*"}"#;
        assert_eq!(decrypt(ALL, "", "key/k"), Ok(Outcome::ImplicitlyDenied));
        assert_eq!(decrypt(ALL, "", "alias/orders"), Ok(Outcome::ImplicitlyDenied));
        assert_eq!(decrypt(ALL, root, "alias/orders"), Ok(Outcome::Allowed));
        assert_eq!(decrypt(NOTHING, root, "key/k"), Ok(Outcome::ImplicitlyDenied));
        // Who may use the key through a service may not use it by himself, as far as is known.
        let via = r#"{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*","Condition":{"StringEquals":{"kms:CallerAccount":"123456789012","kms:ViaService":"s3.eu-west-1.amazonaws.com"}}}"#;
        assert_eq!(decrypt(NOTHING, via, "key/k"), Ok(Outcome::Conditional));
        assert_eq!(decrypt(NOTHING, &via.replace("123456789012", "210987654321"), "key/k"), Ok(Outcome::ImplicitlyDenied));
    }

    #[test]
    fn a_grant_lets_its_grantee_use_the_key() {
        let granted = |grantee: &str, constrained: bool| {
            let grant = Grant {
                id: "0a".to_owned(),
                name: Some("worker".to_owned()),
                grantee: grantee.to_owned(),
                operations: vec!["Decrypt".to_owned()],
                constrained,
                encryption_context: Default::default(),
                created: None,
            };
            let change = |posture: &mut Posture| region(posture).keys.items[0].grants = Fact::Known(vec![grant]);
            can(NOTHING, change, "kms:Decrypt", "arn:aws:kms:eu-west-1:123456789012:key/k")
        };
        assert_eq!(granted(ROLE, false), Ok(Outcome::Allowed));
        assert_eq!(granted(ROLE, true), Ok(Outcome::Conditional));
        assert_eq!(granted("arn:aws:iam::123456789012:role/other", false), Ok(Outcome::ImplicitlyDenied));
        let unread = |posture: &mut Posture| region(posture).keys.items[0].grants = Fact::unread("kms:ListGrants");
        assert!(can(NOTHING, unread, "kms:Decrypt", "arn:aws:kms:eu-west-1:123456789012:key/k").is_err());
    }

    #[test]
    fn what_is_not_read_is_a_gap() {
        let unread = |posture: &mut Posture| region(posture).buckets = crate::model::Listing::default();
        let gap = can(ALL, unread, "s3:GetObject", "arn:aws:s3:::b/k").expect_err("a gap");
        assert_eq!(gap.action, "s3:ListAllMyBuckets");
        assert_eq!(can(ALL, |_| (), "s3:GetObject", "arn:aws:s3:::b/k"), Ok(Outcome::Allowed));
        assert!(can(ALL, |_| (), "sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:q").is_err(), "no such Region was read");
        let broken = |posture: &mut Posture| set("$LATEST", Some(PolicyText::from("{")))(posture);
        assert!(can(ALL, broken, INVOKE, FUNCTION).expect_err("a gap").detail.contains("malformed"));
        // No trust, no session, whatever else there is.
        assert_eq!(can(ALL, |_| (), "sts:AssumeRole", ROLE), Ok(Outcome::ImplicitlyDenied));
        assert!(decide(&account(ALL, |_| ()), &principal("arn:aws:iam::123456789012:role/gone"), INVOKE, FUNCTION).is_err());
    }

    #[test]
    fn sessions_services_and_strangers_are_told_apart() {
        let open = |statement: &str| account(ALL, set("$LATEST", Some(policy(statement))));
        let of = |posture: &Posture, caller: Caller| decide(posture, &caller, INVOKE, FUNCTION).map(|decision| decision.outcome);
        let session = || principal("arn:aws:sts::123456789012:assumed-role/orders-role/worker");
        let service = || Caller::Service("s3.amazonaws.com".to_owned());
        let foreign = || principal("arn:aws:iam::210987654321:role/partner");
        let closed = account(NOTHING, |_| ());
        assert_eq!(of(&account(ALL, |_| ()), session()), Ok(Outcome::Allowed));
        assert_eq!(of(&closed, session()), Ok(Outcome::ImplicitlyDenied));
        assert_eq!(of(&closed, principal("arn:aws:iam::123456789012:root")), Ok(Outcome::Allowed));
        for caller in [service(), foreign(), Caller::Anonymous] {
            assert_eq!(of(&closed, caller), Ok(Outcome::ImplicitlyDenied));
        }
        let bound = r#"{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"*","Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}}"#;
        assert_eq!(of(&open(bound), service()), Ok(Outcome::Conditional));
        let star = r#"{"Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunction","Resource":"*"}"#;
        assert_eq!(of(&open(star), Caller::Anonymous), Ok(Outcome::Allowed));
        let decision = decide(&open(star), &foreign(), INVOKE, FUNCTION).expect("a decision");
        assert_eq!(decision.outcome, Outcome::Conditional);
        assert_eq!(decision.condition.as_deref(), Some("only if account 210987654321 lets its principal"));
        assert_eq!(decision.proof.len(), 1, "only what the function's policy says");
        let theirs = "arn:aws:lambda:eu-west-1:210987654321:function:x";
        assert_eq!(can(ALL, |_| (), INVOKE, theirs), Ok(Outcome::Conditional));
        assert_eq!(can(NOTHING, |_| (), INVOKE, theirs), Ok(Outcome::ImplicitlyDenied));
        assert!(decide(&closed, &foreign(), INVOKE, theirs).is_err());
    }

    #[test]
    fn the_organization_takes_away() {
        let control = |id: &str, statement: &str| crate::model::ControlPolicy {
            id: id.to_owned(),
            name: id.to_owned(),
            aws_managed: false,
            document: Fact::Known(policy(statement)),
        };
        let below = |management: &'static str, scp: &'static str, rcp: &'static str| {
            move |posture: &mut Posture| {
                posture.governance.organization = Fact::Known(Some(Organization {
                    id: "o-a1".to_owned(),
                    arn: Arn::new("arn:aws:organizations::999999999999:organization/o-a1"),
                    management_account: management.to_owned(),
                    feature_set: "ALL".to_owned(),
                }));
                posture.governance.organization_chain = Fact::Known(vec![OrganizationLevel {
                    id: "r-1".to_owned(),
                    kind: crate::model::LevelKind::Root,
                    service_control: Fact::Known(vec![control("scp", scp)]),
                    resource_control: Fact::Known(vec![control("rcp", rcp)]),
                }]);
            }
        };
        let full = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
        let no_lambda = r#"{"Effect":"Allow","NotAction":"lambda:*","Resource":"*"}"#;
        let none = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#;
        let members = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-a1"}}}"#;
        let others = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-b2"}}}"#;
        assert_eq!(can(ALL, below("999999999999", full, none), INVOKE, FUNCTION), Ok(Outcome::Allowed));
        assert_eq!(can(ALL, below("999999999999", no_lambda, none), INVOKE, FUNCTION), Ok(Outcome::ImplicitlyDenied));
        assert_eq!(can(ALL, below("123456789012", no_lambda, none), INVOKE, FUNCTION), Ok(Outcome::Allowed), "the management account");
        assert_eq!(can(ALL, below("999999999999", full, members), INVOKE, FUNCTION), Ok(Outcome::Allowed));
        assert_eq!(can(ALL, below("999999999999", full, others), INVOKE, FUNCTION), Ok(Outcome::ExplicitlyDenied));
        // What holds of the decision of the holder alone, too.
        let posture = account(ALL, below("999999999999", no_lambda, none));
        let library = Arc::new(Library::new(&posture));
        let account = Account::new(&posture, library);
        let holder = account.holder(&Arn::new(ROLE)).expect("the role");
        assert_eq!(holder.decide(INVOKE, FUNCTION).expect("a decision").blocked_by, [Layer::ServiceControl]);
        assert_eq!(holder.decide("s3:GetObject", "arn:aws:s3:::b/k").expect("a decision").agreed.len(), 1);
    }

    #[test]
    fn a_service_control_policy_with_exceptions_is_no_deny_of_everything() {
        let region =
            r#"{"Effect":"Deny","NotAction":["iam:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}}"#;
        let level = |posture: &mut Posture| {
            posture.governance.organization = Fact::Known(Some(Organization {
                id: "o-a1".to_owned(),
                arn: Arn::new("arn:aws:organizations::999999999999:organization/o-a1"),
                management_account: "999999999999".to_owned(),
                feature_set: "ALL".to_owned(),
            }));
            let scp = crate::model::ControlPolicy {
                id: "p".to_owned(),
                name: "regions".to_owned(),
                aws_managed: false,
                document: Fact::Known(policy(&format!(r#"{{"Effect":"Allow","Action":"*","Resource":"*"}},{region}"#))),
            };
            posture.governance.organization_chain = Fact::Known(vec![OrganizationLevel {
                id: "r-1".to_owned(),
                kind: crate::model::LevelKind::Root,
                service_control: Fact::Known(vec![scp]),
                resource_control: Fact::Known(vec![]),
            }]);
        };
        assert_eq!(can(ALL, level, "*", "*"), Ok(Outcome::Allowed));
        assert_eq!(can(ALL, level, "ec2:RunInstances", "arn:aws:ec2:us-east-1:123456789012:instance/*"), Ok(Outcome::ExplicitlyDenied));
    }

    #[test]
    fn a_public_bucket_is_closed_where_public_access_is_blocked() {
        let star = r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}"#;
        let with = |restrict: bool| {
            account(NOTHING, |posture| {
                let mut bucket = Bucket::new("aws", "b".to_owned(), "eu-west-1");
                bucket.policy = Fact::Known(Some(policy(star)));
                bucket.public_access_block = Fact::Known(Some(PublicAccessBlock {
                    block_public_acls: true,
                    ignore_public_acls: true,
                    block_public_policy: false,
                    restrict_public_buckets: restrict,
                }));
                region(posture).buckets.items.push(bucket);
                posture.governance.s3_public_access_block = Fact::Known(None);
            })
        };
        let get = |posture: &Posture, caller: &Caller| {
            decide(posture, caller, "s3:GetObject", "arn:aws:s3:::b/k").map(|decision| decision.outcome)
        };
        assert_eq!(get(&with(false), &Caller::Anonymous), Ok(Outcome::Allowed));
        assert_eq!(get(&with(true), &Caller::Anonymous), Ok(Outcome::ImplicitlyDenied));
        assert_eq!(get(&with(true), &principal("arn:aws:iam::210987654321:role/x")), Ok(Outcome::ImplicitlyDenied));
        assert_eq!(get(&with(true), &principal(ROLE)), Ok(Outcome::Allowed));
    }

    #[test]
    fn what_follows_from_the_posture_is_filled_in() {
        let when = |condition: &str| {
            format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{condition}}}}}"#)
        };
        let tagged = |posture: &mut Posture| {
            let function = &mut region(posture).functions.items[0];
            function.tags = Fact::Known([("team".to_owned(), "pay".to_owned())].into());
        };
        let cases = [
            (r#"{"StringEquals":{"aws:ResourceTag/team":"pay"}}"#, Outcome::Allowed),
            (r#"{"StringEquals":{"aws:ResourceTag/team":"x"}}"#, Outcome::ImplicitlyDenied),
            (r#"{"StringEquals":{"aws:ResourceTag/stage":"x"}}"#, Outcome::ImplicitlyDenied),
            (r#"{"Null":{"aws:PrincipalOrgID":"true"}}"#, Outcome::Allowed),
            (r#"{"Null":{"aws:ResourceOrgID":"true"}}"#, Outcome::Allowed),
            // Its functions run outside the account's networks.
            (r#"{"StringEquals":{"aws:SourceVpc":"vpc-1"}}"#, Outcome::ImplicitlyDenied),
            (r#"{"StringEquals":{"kms:CallerAccount":"123456789012"}}"#, Outcome::Allowed),
        ];
        for (condition, expected) in cases {
            assert_eq!(can(&when(condition), tagged, INVOKE, FUNCTION), Ok(expected), "{condition}");
        }
        let inside = |posture: &mut Posture| {
            let vpc = VpcConfig { vpc_id: "vpc-1".to_owned(), subnets: vec![], security_groups: vec![] };
            region(posture).functions.items[0].vpc = Some(vpc);
        };
        assert_eq!(can(&when(r#"{"StringEquals":{"aws:SourceVpc":"vpc-1"}}"#), inside, INVOKE, FUNCTION), Ok(Outcome::Conditional));
        let posture = account(&when(r#"{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}"#), |_| ());
        let account = Account::new(&posture, Arc::new(Library::new(&posture)));
        for (service, expected) in [("lambda.amazonaws.com", Outcome::Allowed), ("ec2.amazonaws.com", Outcome::ImplicitlyDenied)] {
            let decision = account.can(&principal(ROLE), "iam:PassRole", ROLE, &[("iam:PassedToService", service)]);
            assert_eq!(decision.map(|decision| decision.outcome), Ok(expected));
        }
    }
}
