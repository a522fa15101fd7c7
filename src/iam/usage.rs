//! Whether a role uses what it may: what IAM records of it, and what it does not.

use crate::model::{Gap, Role, Timestamp};

/// Days without use after which a permission counts as unused.
pub const UNUSED_AFTER_DAYS: i64 = 90;

/// Whether a role uses a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Usage {
    /// It asked something of it, allowed or not, within the window.
    Used(Timestamp),
    /// It did not within the window; when it last did, if IAM knows.
    Unused(Option<Timestamp>),
    /// The role is younger than the window: nothing can be said yet.
    TooYoung,
    /// Nobody knows, and this is why.
    Unknown(Gap),
}

impl Usage {
    /// Whether `role` used `service` within the `days` before `now`. That says nothing of single actions: IAM records
    /// those that read and write data for the service as a whole only.
    pub fn of(role: &Role, service: &str, now: Timestamp, days: i64) -> Self {
        let used = match role.services_used.known() {
            Ok(used) => used,
            Err(gap) => return Self::Unknown(gap.clone()),
        };
        let Some(said) = used.iter().find(|said| said.service.eq_ignore_ascii_case(service)) else {
            return Self::Unknown(Gap::failed(GET, format!("the answer does not speak of {service}")));
        };
        match (said.last_used, role.created) {
            (Some(last), _) if now.days_since(last) < days => Self::Used(last),
            (last, Some(created)) if now.days_since(created) >= days => Self::Unused(last),
            (_, Some(_)) => Self::TooYoung,
            (_, None) => Self::Unknown(Gap::failed("iam:GetAccountAuthorizationDetails", "the role has no CreateDate")),
        }
    }
}

/// The call that tells.
const GET: &str = "iam:GetServiceLastAccessedDetails";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        checks::testing::{LOGS_ONLY, now, role},
        model::{Fact, ServiceUse},
    };

    #[test]
    fn a_service_is_unused_only_when_that_is_known() {
        let mut role = role("orders-role", LOGS_ONLY);
        role.services_used = Role::unasked();
        let ago = |days: i64| Timestamp::from_unix(now().unix() - days * 86_400).expect("a time");
        let ask = |role: &Role| Usage::of(role, "logs", now(), UNUSED_AFTER_DAYS);
        assert!(matches!(ask(&role), Usage::Unknown(_)), "nobody asked");
        let mut say = |created: Option<Timestamp>, last_used: Option<Timestamp>| {
            role.created = created;
            role.services_used = Fact::Known(vec![ServiceUse { service: "logs".to_owned(), last_used }]);
            ask(&role)
        };
        assert_eq!(say(Some(ago(400)), Some(ago(5))), Usage::Used(ago(5)));
        assert_eq!(say(Some(ago(400)), Some(ago(120))), Usage::Unused(Some(ago(120))));
        assert_eq!(say(Some(ago(400)), None), Usage::Unused(None));
        assert_eq!(say(Some(ago(89)), None), Usage::TooYoung);
        assert!(matches!(say(None, None), Usage::Unknown(_)));
        assert!(matches!(Usage::of(&role, "s3", now(), UNUSED_AFTER_DAYS), Usage::Unknown(_)), "not in the answer");
    }
}
