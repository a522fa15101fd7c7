//! Amazon EFS file systems, and the access points through which functions mount them.

use serde::{Deserialize, Serialize};

use super::{Arn, Fact, PolicyText};

/// A file system of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSystem {
    /// Its ARN.
    pub arn: Arn,
    /// `FileSystemId`.
    pub id: String,
    /// `Name`, which is the value of a tag.
    pub name: Option<String>,
    /// `Encrypted`; none where the endpoint does not say.
    pub encrypted: Option<bool>,
    /// `KmsKeyId`.
    pub kms_key: Option<String>,
    /// The file system policy (`DescribeFileSystemPolicy`); without one the default lets every client mount it.
    pub policy: Fact<Option<PolicyText>>,
}

/// An access point of a file system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessPoint {
    /// Its ARN, which a function's `FileSystemConfigs` name.
    pub arn: Arn,
    /// `FileSystemId`.
    pub file_system: String,
    /// `Uid` of `PosixUser`: who every client is taken for; 0 is root. None leaves that to the client.
    pub user: Option<u32>,
    /// `Gid` of `PosixUser`.
    pub group: Option<u32>,
    /// `Path` of `RootDirectory`: what clients see as `/`; AWS's default is the whole file system.
    pub root: String,
}
