//! An organisation on moto, with a function of its own in each member account.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use serde_json::{Value, json};

use crate::{
    emulator::Emulator,
    planted::{self, REGION},
};

/// The role that moto makes in each member account, as AWS does.
pub(crate) const ROLE: &str = "OrganizationAccountAccessRole";

/// Makes an organisation of two accounts with a function each, and a third that was closed; gives the ids of the
/// first two with the names of their functions.
pub(crate) async fn plant(emulator: &Emulator) -> Vec<(String, String)> {
    call(emulator, "CreateOrganization", &json!({"FeatureSet": "ALL"}));
    let mut members = Vec::new();
    for name in ["shop", "mail", "closed"] {
        let answer = call(emulator, "CreateAccount", &json!({"AccountName": name, "Email": format!("{name}@example.com")}));
        let account = answer["CreateAccountStatus"]["AccountId"].as_str().unwrap().to_owned();
        if name == "closed" {
            call(emulator, "CloseAccount", &json!({"AccountId": account}));
            continue;
        }
        function(emulator, &account, name).await;
        members.push((account, name.to_owned()));
    }
    members
}

async fn function(emulator: &Emulator, account: &str, name: &str) {
    let sdk = emulator.endpoint.sdk(REGION);
    let role = format!("arn:aws:iam::{account}:role/{ROLE}");
    let assumed = aws_sdk_sts::Client::new(&sdk).assume_role().role_arn(role).role_session_name("planting").send().await.unwrap();
    let given = assumed.credentials.unwrap();
    let credentials = Credentials::new(given.access_key_id, given.secret_access_key, Some(given.session_token), None, "planting");
    let sdk = sdk.into_builder().credentials_provider(SharedCredentialsProvider::new(credentials)).build();
    planted::one_function(&sdk, account, name).await;
}

/// There is no SDK of Organizations here: it is one request.
fn call(emulator: &Emulator, operation: &str, body: &Value) -> Value {
    let (host, body) = (emulator.endpoint.url().strip_prefix("http://").unwrap(), body.to_string());
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/x-amz-json-1.1\r\n\
         X-Amz-Target: AWSOrganizationsV20161128.{operation}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/organizations/aws4_request, SignedHeaders=host, Signature=0\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap_or(Value::Null)
}
