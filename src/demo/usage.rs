//! What the roles of functions use of what they may: asked of IAM once, as somebody who cares would.

use super::made_up;
use crate::{
    iam::{Catalog, Holder, Library},
    model::{Fact, Posture, ServiceUse},
};

/// Services that a role of an administrator may use and never did are more than these.
const MANY: usize = 40;

/// Notes for each role that functions can take on when it used the services of its policies.
pub(super) fn note(posture: &mut Posture) {
    let library = Library::new(posture);
    let noted: Vec<Vec<ServiceUse>> = posture
        .identity
        .roles
        .items
        .iter()
        .map(|role| {
            let granted = Holder::role(posture, &library, role).actions();
            let services: Vec<&str> =
                Catalog::embedded().services().iter().map(|service| service.name).filter(|service| granted.has_service(service)).collect();
            let wide = services.len() > MANY;
            // The forecast once was a job of Glue, and nobody took the permission back.
            let forgotten = |service: &str| role.name == "forecast-demand-role" && service == "glue";
            let used = |service: &str| if !wide { !forgotten(service) } else { matches!(service, "glue" | "logs" | "s3" | "xray") };
            let on = |service: &str| made_up::days_ago(1 + made_up::number(&format!("{} {service}", role.name), 60), &role.name);
            services
                .into_iter()
                .map(|service| ServiceUse { service: service.to_owned(), last_used: used(service).then(|| on(service)) })
                .collect()
        })
        .collect();
    for (role, services) in posture.identity.roles.items.iter_mut().zip(noted) {
        if role.is_for_lambda() {
            role.services_used = Fact::Known(services);
        }
    }
}
