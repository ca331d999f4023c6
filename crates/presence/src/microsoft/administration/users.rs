//! The status user and its role.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rand::RngExt as _;
use rand::seq::SliceRandom as _;
use serde::Deserialize;
use serde_json::json;

use super::{Administration, Collection, quoted};
use crate::clock::pause;
use crate::error::Problem;
use crate::person::plain;
use crate::secret::Secret;
use crate::setup::event::{FaultKind, TaskFault};
use crate::setup::task::{APPLICATION_DEVELOPER, Outcome};

/// What was made before a crash is looked for this often, this far apart, before it is made again.
pub(super) const LOOKS: u32 = 8;
pub(super) const LOOK_PAUSE: Duration = Duration::from_secs(3);

/// After this long whatever was made is known everywhere, or was never made.
pub(super) const CERTAIN_AFTER: i64 = 120;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    id: String,
    user_principal_name: String,
    #[serde(default)]
    account_enabled: Option<bool>,
    #[serde(default)]
    created_date_time: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assignment {
    id: String,
    role_definition_id: String,
}

/// How often to look for something whose making began at `begun`.
pub(super) fn looks(begun: Option<Timestamp>, now: Timestamp) -> u32 {
    let recent = begun.is_some_and(|begun| now.as_second() - begun.as_second() < CERTAIN_AFTER);
    if recent { LOOKS } else { 1 }
}

impl Administration {
    /// Finds the status user, or makes it (learn.microsoft.com, "Create User").
    ///
    /// # Errors
    /// Why there is none.
    pub async fn status_user(&self, user_name: &str, begun: Option<Timestamp>) -> Result<Outcome, TaskFault> {
        let now = self.connection.clock.now().wall;
        if let Some(user) = self.find_user(user_name, looks(begun, now)).await? {
            if user.account_enabled == Some(false) {
                return Err(disabled(user_name));
            }
            // Made by an earlier attempt that did not live to show its password: it gets another one.
            let ours = begun.zip(user.created_date_time);
            let ours = ours.is_some_and(|(begun, created)| created.as_second() >= begun.as_second() - 60);
            let password = if ours { Some(self.set_password(&user.id).await?) } else { None };
            let user_name = plain(&user.user_principal_name);
            return Ok(Outcome::User { id: user.id, user_name, made: ours, password });
        }
        let password = password();
        let nickname: String = user_name
            .split('@')
            .next()
            .unwrap_or_default()
            .chars()
            .filter(|letter| *letter != '\'')
            .collect();
        let body = json!({
            "accountEnabled": true,
            "displayName": "8x8 Status",
            "mailNickname": nickname,
            "userPrincipalName": user_name,
            "passwordPolicies": "DisablePasswordExpiration",
            "passwordProfile": { "password": password.expose(), "forceChangePasswordNextSignIn": false },
        });
        let user: User = self.make("users", &body).await?;
        let user_name = plain(&user.user_principal_name);
        Ok(Outcome::User { id: user.id, user_name, made: true, password: Some(password) })
    }

    /// Gives the status user a new password (learn.microsoft.com, "Update user").
    ///
    /// # Errors
    /// Why it could not be set.
    pub async fn new_password(&self, user_name: &str) -> Result<Outcome, TaskFault> {
        let user = self.find_user(user_name, 1).await?.ok_or_else(|| missing(user_name))?;
        let password = self.set_password(&user.id).await?;
        let user_name = plain(&user.user_principal_name);
        Ok(Outcome::User { id: user.id, user_name, made: false, password: Some(password) })
    }

    async fn set_password(&self, id: &str) -> Result<Secret, TaskFault> {
        let password = password();
        let profile = json!({ "password": password.expose(), "forceChangePasswordNextSignIn": false });
        self.change(&format!("users/{id}"), &json!({ "passwordProfile": profile })).await?;
        Ok(password)
    }

    async fn find_user(&self, user_name: &str, looks: u32) -> Result<Option<User>, TaskFault> {
        let filter = format!("userPrincipalName eq '{}'", quoted(user_name));
        let select = "id,userPrincipalName,accountEnabled,createdDateTime";
        for look in 0..looks {
            if look > 0 {
                pause(LOOK_PAUSE).await;
            }
            let query = [("$filter", filter.as_str()), ("$select", select)];
            let found: Collection<User> = self.read("users", &query).await?;
            if let Some(user) = found.value.into_iter().next() {
                return Ok(Some(user));
            }
        }
        Ok(None)
    }

    /// Finds or assigns the role Application Developer, and sees that it is effective
    /// (learn.microsoft.com, "Create unifiedRoleAssignment").
    ///
    /// # Errors
    /// Why the user does not have it; [`FaultKind::NotYet`] while it is not effective.
    pub async fn role(&self, user: &str, begun: Option<Timestamp>) -> Result<Outcome, TaskFault> {
        if self.assignment(user).await?.is_some() {
            return Ok(Outcome::Role { made: false, ours: begun.is_some() });
        }
        let body = json!({
            "@odata.type": "#microsoft.graph.unifiedRoleAssignment",
            "roleDefinitionId": APPLICATION_DEVELOPER,
            "principalId": user,
            "directoryScopeId": "/",
        });
        let _: serde_json::Value = self.make("roleManagement/directory/roleAssignments", &body).await?;
        for _ in 0..LOOKS {
            if self.assignment(user).await?.is_some() {
                return Ok(Outcome::Role { made: true, ours: true });
            }
            pause(LOOK_PAUSE).await;
        }
        let cause = "It was assigned, and Microsoft does not show it yet; that may take a minute or so.";
        let problem = Problem::new("setup.notYet", "The role is not effective yet.", cause, "Wait a while.");
        Err(TaskFault { problem: Arc::new(problem), kind: FaultKind::NotYet })
    }

    /// Takes the role away again.
    ///
    /// # Errors
    /// Why it could not be taken.
    pub async fn remove_role(&self, user: &str) -> Result<Outcome, TaskFault> {
        let Some(assignment) = self.assignment(user).await? else {
            return Ok(Outcome::Removed { was: false });
        };
        let was = self.remove(&format!("roleManagement/directory/roleAssignments/{assignment}")).await?;
        Ok(Outcome::Removed { was })
    }

    async fn assignment(&self, user: &str) -> Result<Option<String>, TaskFault> {
        let filter = format!("principalId eq '{}'", quoted(user));
        let found: Collection<Assignment> =
            self.read("roleManagement/directory/roleAssignments", &[("$filter", filter.as_str())]).await?;
        let ours = |one: &Assignment| one.role_definition_id.eq_ignore_ascii_case(APPLICATION_DEVELOPER);
        Ok(found.value.into_iter().find(ours).map(|one| one.id))
    }
}

/// Letters that are not mistaken for one another when somebody reads them aloud.
const KINDS: [&[u8]; 4] =
    [b"ABCDEFGHJKLMNPQRSTUVWXYZ", b"abcdefghijkmnpqrstuvwxyz", b"23456789", b"-_.!#+=@%"];

/// Letters of a password: some 140 bits.
const LENGTH: usize = 24;

/// A password that nobody has to remember, with every kind of letter that Microsoft asks for.
fn password() -> Secret {
    let mut random = rand::rng();
    let all: Vec<u8> = KINDS.concat();
    let pick = |random: &mut rand::rngs::ThreadRng, from: &[u8]| from[random.random_range(0..from.len())];
    let mut letters: Vec<u8> = KINDS.iter().map(|kind| pick(&mut random, kind)).collect();
    while letters.len() < LENGTH {
        let letter = pick(&mut random, &all);
        letters.push(letter);
    }
    letters.shuffle(&mut random);
    Secret::new(letters.into_iter().map(char::from).collect())
}

fn disabled(user_name: &str) -> TaskFault {
    let problem = Problem::new(
        "setup.disabled",
        "The status user is disabled.",
        format!("{user_name} exists, and may not sign in."),
        "Enable it in the Entra admin center, or choose another name, then try again.",
    );
    TaskFault { problem: Arc::new(problem), kind: FaultKind::Final }
}

fn missing(user_name: &str) -> TaskFault {
    let problem = Problem::new(
        "setup.missing",
        "The status user is not there.",
        format!("Microsoft knows no {user_name} in this organisation."),
        "Open the step before and prepare it again.",
    );
    TaskFault { problem: Arc::new(problem), kind: FaultKind::Final }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_of_every_kind_and_never_the_same() {
        let one = password();
        assert_eq!(one.expose().len(), LENGTH);
        for kind in KINDS {
            assert!(one.expose().bytes().any(|letter| kind.contains(&letter)));
        }
        assert_ne!(one.expose(), password().expose());
    }

    #[test]
    fn only_what_was_begun_a_moment_ago_is_looked_for_with_patience() {
        let now = Timestamp::from_second(10_000).unwrap();
        let before = |seconds: i64| Timestamp::from_second(10_000 - seconds).ok();
        assert_eq!(looks(None, now), 1);
        assert_eq!(looks(before(5), now), LOOKS);
        assert_eq!(looks(before(600), now), 1);
    }
}
