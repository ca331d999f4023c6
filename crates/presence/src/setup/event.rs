//! What the wizard hears, and what it asks to be done.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::check::{Check, Fault, Finding};
use super::installation::{CertificateRecord, Installation, Key, Organisation};
use super::integration::Integration;
use super::options::CenterName;
use super::registration::Registration;
use super::step::StepId;
use super::task::{AdministratorRole, Outcome, Task};
use crate::endpoints::Cloud;
use crate::error::Problem;
use crate::secret::Secret;
use crate::session::{self, Account};

/// What a button or an entry asks for. The page sends it back with the integration, the step and the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum Act {
    /// Begin an integration, or switch it on again.
    Begin,
    /// Check the organisation that was entered.
    SetOrganisation,
    /// Take the value of a choice, given under the choice's id.
    Choose,
    /// The choices of the step are made.
    Decide,
    /// Open the browser for an administrator and make what is needed.
    Prepare,
    /// Give the status user a new password, as an administrator.
    NewPassword,
    /// Take what a person made by hand.
    Enter,
    /// Open the browser for the status user.
    SignIn,
    /// Open Microsoft's consent page for an administrator.
    OpenConsent,
    /// A person granted consent elsewhere: run the checks.
    Granted,
    /// Test and keep a key.
    SaveKey,
    /// Go on without this key.
    SkipKey,
    /// Take the values of options.
    SetOption,
    /// Forget the key of an option.
    ForgetKey,
    /// Say who an agent of the contact centre is.
    MapAgent,
    /// Run the checks.
    Verify,
    /// Stop what is under way.
    Cancel,
    /// Open a finished step again.
    Reopen,
    /// Switch the integration off; the page asks first, with the words in `disabling`.
    Disable,
    /// Remove at Microsoft what the wizard made for a disabled integration, as an administrator; the page asks first.
    Remove,
    /// Forget the sign-in on this computer; the page asks first.
    SignOut,
}

/// What a person asks for on the set-up page or in the terminal.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Request {
    /// For which integration.
    pub integration: Integration,
    /// What.
    pub act: Act,
    /// In which step.
    #[serde(default)]
    pub step: Option<StepId>,
    /// What was entered or chosen; any of it may be a secret.
    #[serde(default)]
    pub values: BTreeMap<String, Secret>,
}

impl Request {
    /// A request without values.
    #[must_use]
    pub fn new(integration: Integration, act: Act) -> Self {
        Self { integration, act, step: None, values: BTreeMap::new() }
    }

    /// The same with a value.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.values.insert(name.into(), Secret::new(value.into()));
        self
    }

    /// A value without space around it; empty when there is none.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", |value| value.expose().trim())
    }
}

/// An administrator who signed in; the token stays where the calls are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Administrator {
    /// Who.
    pub account: Account,
    /// What they may do.
    pub roles: BTreeSet<AdministratorRole>,
}

/// Why a task did not come to its end.
#[derive(Clone, Debug)]
pub struct TaskFault {
    /// In words.
    pub problem: Arc<Problem>,
    /// What to do about it.
    pub kind: FaultKind,
}

/// What to do about a task that did not come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The network or Microsoft has a moment of weakness: try again.
    Passing,
    /// Microsoft does not know yet what was made before: try again for some minutes.
    NotYet,
    /// A person has to do something.
    Final,
    /// The administrator's sign-in is no longer good.
    SignIn,
}

/// Something happened.
#[derive(Debug)]
pub enum Event {
    /// Discovery knows the organisation, or not.
    Discovered(Result<Organisation, Arc<Problem>>),
    /// The browser was sent to this address.
    BrowserOpened(Arc<str>),
    /// No browser could be opened; the address can be copied all the same.
    BrowserMissing(Arc<Problem>),
    /// An administrator signed in, or not.
    Administrator(Result<Administrator, Arc<Problem>>),
    /// The consent page was accepted, or not.
    Consented {
        /// For which registration.
        registration: Registration,
        /// What Microsoft says.
        result: Result<(), Arc<Problem>>,
    },
    /// A task came to its end.
    Performed {
        /// Which.
        task: Task,
        /// What came of it.
        result: Result<Outcome, TaskFault>,
    },
    /// A check came to its end.
    Checked {
        /// Of which integration.
        integration: Integration,
        /// Which.
        check: Check,
        /// What was found.
        result: Result<Finding, Fault>,
    },
    /// A key was tested, and is in the vault if it was good.
    KeyTested {
        /// Which.
        key: Key,
        /// Whether it was accepted.
        result: Result<(), Arc<Problem>>,
    },
    /// A certificate was made here, to be uploaded by hand, or replaced at Microsoft in time.
    CertificateReady {
        /// For which registration.
        registration: Registration,
        /// It, and its public part as PEM.
        result: Result<(CertificateRecord, String), Arc<Problem>>,
    },
    /// The sync's own sign-in moved.
    Session(session::Step),
    /// A person asks for something.
    Request(Request),
    /// Time passed.
    Tick,
}

/// Something is to be done.
#[derive(Debug)]
pub enum Effect {
    /// Write the installation to the disk, before anything that follows.
    Save(Arc<Installation>),
    /// Ask discovery for the organisation.
    Discover {
        /// In which cloud.
        cloud: Cloud,
        /// Domain or tenant id.
        entered: String,
    },
    /// Open the browser for an administrator, and keep the token in memory.
    OpenAdministrator {
        /// Which application.
        client_id: String,
        /// What for.
        scopes: Vec<&'static str>,
        /// The installation.
        installation: Arc<Installation>,
    },
    /// Open Microsoft's consent page.
    OpenConsent {
        /// For which registration.
        registration: Registration,
        /// The installation.
        installation: Arc<Installation>,
    },
    /// Stop listening for the browser.
    CloseBrowser,
    /// Do a task with the administrator's token.
    Perform {
        /// Which.
        task: Task,
        /// When an earlier attempt began to make it: it may be there and not be shown yet.
        begun: Option<Timestamp>,
        /// The installation.
        installation: Arc<Installation>,
    },
    /// Forget the administrator's token.
    DropAdministrator,
    /// Run a check.
    Check {
        /// Of which integration.
        integration: Integration,
        /// Which.
        check: Check,
        /// The installation.
        installation: Arc<Installation>,
    },
    /// Stop the check under way.
    StopChecks,
    /// Stop looking up the organisation, or testing the key: a late answer must not count for the next question.
    StopAsking,
    /// Test a key, and keep it if it is good.
    TestKey {
        /// Which.
        key: Key,
        /// The key itself.
        secret: Secret,
        /// 8x8 user name and password, where the product wants them.
        login: Option<(Secret, Secret)>,
        /// Which contact centre, where it is a key of one.
        center: CenterName,
    },
    /// Make a certificate, or give the one that is in the vault.
    MakeCertificate(Registration),
    /// Replace a certificate at Microsoft with a new one.
    RenewCertificate {
        /// Of which registration.
        registration: Registration,
        /// The installation.
        installation: Arc<Installation>,
    },
    /// Forget a registration's certificate.
    ForgetCertificate(Registration),
    /// Run the sync with the installation as it is now.
    Adopt(Arc<Installation>),
    /// Let the running sync know of other options.
    Tune(Arc<Installation>),
    /// Remove a key from the vault.
    ForgetKey(Key),
    /// Let the status user sign in.
    SignIn,
    /// Stop waiting for that.
    CancelSignIn,
    /// Forget the status user's sign-in.
    SignOut,
}
