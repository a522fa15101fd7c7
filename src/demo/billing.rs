//! The billing team: invoices, payments and the ledger.

use super::{
    EU, keys,
    policy::allow_if,
    service::{Service, Team, refused},
};

const BILLING: Team = Team { name: "billing", cost_centre: "cc-1300", bounded: true };

pub(super) fn services() -> Vec<Service> {
    let billing = |name, about| Service::new(EU, &BILLING, name, about).sensitive("confidential");
    vec![
        // Story, second step: whoever rewrites this function passes `etl-admin` to a new one.
        billing("billing-export", "Writes invoices for the accountants, and makes a function for each export")
            .runtime("python3.13", 1024, 300)
            .on_schedule("billing-export-monthly")
            .setting("EXPORT_BUCKET", "larkspur-billing-export")
            .may(&["s3:PutObject", "s3:GetObject"], &["larkspur-billing-export/*"])
            .may(&["iam:PassRole"], &["*"])
            .may(&["lambda:CreateFunction", "lambda:InvokeFunction", "lambda:DeleteFunction"], &["function:*"])
            .role(super::role::Hat::unbounded),
        // Story: the key of its environment is deleted in nine days.
        billing("billing-invoice", "Makes the invoice of an order")
            .reads_queue("invoices-due")
            .setting("LEDGER_TABLE", "ledger")
            .environment_under(Some(keys::invoice_archive()))
            .may(&["dynamodb:PutItem"], &["table/ledger"])
            .may(&["s3:PutObject"], &["larkspur-invoices/*"]),
        billing("billing-refund", "Pays back what was paid too much")
            .reads_queue("refunds-due")
            .setting("LEDGER_TABLE", "ledger")
            .may(&["dynamodb:PutItem", "dynamodb:GetItem"], &["table/ledger"]),
        billing("billing-dunning", "Reminds customers of open invoices")
            .runtime("nodejs20.x", 512, 120)
            .on_schedule("dunning-daily")
            .deployed(171)
            .setting("LEDGER_TABLE", "ledger")
            .may(&["dynamodb:Query"], &["table/ledger/index/open"])
            .may(&["sqs:SendMessage"], &["mails"]),
        // Its key is closed to auditors, and so is its environment.
        billing("payment-capture", "Captures card payments")
            .reads_queue("payments-due")
            .sensitive("pci")
            .in_vpc()
            .may(&["kms:Decrypt"], &[keys::payments_vault().as_str()])
            .but(|function| {
                function.kms_key = Some(keys::payments_vault());
                function.environment = refused("kms:Decrypt", keys::payments_vault().as_str()).into();
            }),
        billing("payment-webhook", "Takes events from the payment provider")
            .behind_api("payments", "POST/events")
            .sensitive("pci")
            .signing_only_warned()
            .shown("ENDPOINT_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:payments/webhook-a1B2c3")
            .may(&["secretsmanager:GetSecretValue"], &["secret:payments/webhook-a1B2c3"])
            .may(&["sqs:SendMessage"], &["payments-due"]),
        billing("ledger-post", "Books entries in the ledger")
            .runtime("java17", 1024, 60)
            .reads_queue("ledger-entries")
            .setting("LEDGER_TABLE", "ledger")
            .may(&["dynamodb:PutItem", "dynamodb:TransactWriteItems"], &["table/ledger"]),
        billing("tax-rates", "Fetches tax rates of 31 countries")
            .on_schedule("tax-rates-weekly")
            .unsigned()
            .setting("RATES_BUCKET", "larkspur-tax-rates")
            .log_group(|group| group.deletion_protection = Some(false))
            .may(&["s3:PutObject"], &["larkspur-tax-rates/*"]),
        // Story: its route lost the authorizer when the back office moved, and nobody holds its rate down.
        billing("credit-check", "Asks the credit bureau about business customers")
            .behind_api("backoffice", "POST/credit-checks")
            .secret("BUREAU_CLIENT_SECRET", 48, "entropy-under-telling-name", false)
            .setting("BUREAU_URL", "https://api.bureau.example/v2")
            .logs_at("DEBUG")
            .may(&["dynamodb:GetItem", "dynamodb:Query"], &["table/accounts"])
            .may(&["secretsmanager:GetSecretValue"], &["secret:bureau/*"])
            .role(|role| {
                role.states(allow_if(
                    EU,
                    &["ssm:GetParameter"],
                    &["parameter/billing/credit-check/*"],
                    r#"{"Bool":{"aws:SecureTransport":"true"}}"#,
                ))
            }),
    ]
}
