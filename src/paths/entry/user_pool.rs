//! User pools in which people sign up by themselves, and the functions that this starts.

use super::{
    delivery::{As, Trigger},
    survey::Survey,
};
use crate::{
    model::{Arn, Gap, UserPool},
    paths::{Edge, Grip, Node, edge::Proof},
};

pub(super) fn find(survey: &mut Survey<'_, '_>) {
    for (name, region) in survey.regions() {
        for pool in survey.items(name, &region.user_pools) {
            signs_up(survey, pool);
        }
    }
}

fn signs_up<'a>(survey: &mut Survey<'_, 'a>, pool: &'a UserPool) {
    let Some(settings) = survey.known(&pool.arn, &pool.settings) else { return };
    if settings.self_sign_up {
        let field = Proof::field("cognito-idp:DescribeUserPool", "AllowAdminCreateUserOnly", "false");
        survey.push(Edge { proof: vec![field], ..Edge::new(Node::SelfSignedUpUser, &pool.arn, Grip::Send, "self-sign-up") });
    }
    for (event, function) in &settings.triggers {
        survey.deliver(Trigger {
            from: (&pool.arn).into(),
            by: As::Service("cognito-idp.amazonaws.com", &pool.arn),
            target: function,
            technique: "user-pool-trigger",
            proof: Proof::field("cognito-idp:DescribeUserPool", "LambdaConfig", event.as_str()),
            condition: None,
        });
    }
}

impl Survey<'_, '_> {
    /// Whether people sign up by themselves in the pool with this id; `node` is hidden where that is not known.
    pub(super) fn lets_sign_up(&mut self, pool: &str, node: &Arn) -> bool {
        let region = pool.split_once('_').map(|(region, _)| region);
        let Some(region) = region.and_then(|region| self.posture.regions.get(region)) else {
            self.hide(node, Gap::unread("cognito-idp:DescribeUserPool"));
            return false;
        };
        match region.user_pools.items.iter().find(|known| known.id == pool) {
            Some(pool) => self.known(node, &pool.settings).is_some_and(|settings| settings.self_sign_up),
            None => {
                if let Some(gap) = &region.user_pools.gap {
                    self.hide(node, gap);
                }
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        checks::testing::with_function,
        model::{Arn, Gap, Posture},
        paths::entry::testing::{FUNCTION, for_service, gaps, grant, region, steps, user_pool},
    };

    const POOL: &str = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_aBcDeFgHi";

    fn with(self_sign_up: bool) -> Posture {
        let mut posture = with_function(|_| ());
        let mut pool = user_pool(self_sign_up);
        pool.settings.known_mut().expect("settings").triggers.insert("PostConfirmation".to_owned(), Arn::new(FUNCTION));
        region(&mut posture).user_pools.items.push(pool);
        posture
    }

    #[test]
    fn whoever_signs_up_starts_the_triggers() {
        let mut posture = with(true);
        let signs_up = format!("self-signed-up-user -> {POOL} Send self-sign-up");
        assert_eq!(steps(&posture), [signs_up.as_str()]);
        grant(&mut posture, &for_service("cognito-idp.amazonaws.com", "lambda:InvokeFunction"));
        assert_eq!(steps(&posture), [signs_up, format!("{POOL} -> {FUNCTION} Send user-pool-trigger")]);
    }

    #[test]
    fn a_pool_that_only_administrators_fill_is_closed() {
        assert!(steps(&with(false)).is_empty());
    }

    #[test]
    fn what_was_not_read_is_hidden() {
        let mut posture = with(true);
        region(&mut posture).user_pools.items[0].settings = Gap::denied("cognito-idp:DescribeUserPool", "no").into();
        assert_eq!((steps(&posture).len(), gaps(&posture)), (0, vec![format!("{POOL} cognito-idp:DescribeUserPool")]));
    }
}
