//! Amazon ECR repositories, where the images of functions come from.

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, PolicyText, Timestamp};

/// A private repository of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// Its ARN.
    pub arn: Arn,
    /// `repositoryName`.
    pub name: String,
    /// `repositoryUri`, which a function's image URI begins with.
    pub uri: String,
    /// `imageTagMutability`: `MUTABLE`, `IMMUTABLE`, or one of them with exclusions; none where the endpoint does not say.
    pub tag_mutability: Option<String>,
    /// `scanOnPush`; a registry may scan continuously instead.
    pub scan_on_push: Option<bool>,
    /// `encryptionType`: `AES256`, `KMS`, `KMS_DSSE`.
    pub encryption: Option<String>,
    /// `kmsKey`.
    pub kms_key: Option<String>,
    /// The repository policy (`GetRepositoryPolicy`), if it has one.
    pub policy: Fact<Option<PolicyText>>,
    /// The image that was pushed last (`DescribeImages`); none in an empty repository.
    pub newest_image: Fact<Option<RepositoryImage>>,
}

/// An image of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryImage {
    /// `imageDigest`.
    pub digest: String,
    /// `imagePushedAt`.
    pub pushed: Timestamp,
    /// `status` of `imageScanStatus`: `COMPLETE`, `ACTIVE`, `FAILED`, …; none when it was never scanned.
    pub scan_status: Option<String>,
    /// `imageScanCompletedAt` of `imageScanFindingsSummary`.
    pub scanned: Option<Timestamp>,
}
