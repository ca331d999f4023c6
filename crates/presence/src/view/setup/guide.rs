//! The way by hand: exact steps through the portals, a manifest and a script to copy.

use serde_json::json;

use super::{Guide, GuideLine, PortalPage};
use crate::setup::installation::{Installation, Key, Reading};
use crate::setup::registration::{GRAPH, Held, Registration};

fn line(text: impl Into<String>) -> GuideLine {
    GuideLine { text: text.into(), path: Vec::new(), exact: None }
}

fn through(text: impl Into<String>, path: &[&str]) -> GuideLine {
    GuideLine { path: path.iter().map(|part| (*part).into()).collect(), ..line(text) }
}

fn exact(text: impl Into<String>, exact: impl Into<String>) -> GuideLine {
    GuideLine { exact: Some(exact.into()), ..line(text) }
}

fn portal(title: &str, page: PortalPage, folded: bool, lines: Vec<GuideLine>) -> Guide {
    Guide { title: title.into(), folded, lines, block: None, page: Some(page) }
}

fn block(title: &str, text: String) -> Guide {
    Guide { title: title.into(), folded: true, lines: Vec::new(), block: Some(text), page: None }
}

const ENTRA: &str = "In the Microsoft Entra admin center";

/// Making the status user.
pub(super) fn user(suggested: &str) -> Vec<Guide> {
    vec![
        portal(
            ENTRA,
            PortalPage::Entra,
            false,
            vec![
                through("Make a new user:", &["Users", "New user", "Create new user"]),
                exact("User principal name:", suggested),
                line(
                    "Choose a password and keep it: you need it in a moment. The other entries can stay empty.",
                ),
                line("No licence and no role is needed."),
            ],
        ),
        portal(
            "If your organisation does not let users consent to apps",
            PortalPage::Entra,
            true,
            vec![
                through(
                    "Look whether users may consent:",
                    &["Enterprise applications", "Consent and permissions", "User consent settings"],
                ),
                line(
                    "If they may not, go on all the same: an administrator grants consent once in a later step. We recommend that: it gives the status user no role, and it can be seen and taken back in one place.",
                ),
                through(
                    "Or give the new user a role that may consent for itself:",
                    &["Users", "8x8 Status", "Assigned roles", "Add assignments", "Application Developer"],
                ),
                line("It may take Microsoft a minute or so until the role appears; press Refresh there."),
            ],
        ),
    ]
}

/// Making a registration.
pub(super) fn registration(
    installation: &Installation,
    registration: Registration,
    certificate: Option<&str>,
) -> Vec<Guide> {
    let reading = installation.reading;
    let permissions = registration.permissions(reading);
    let names = |held: Held| {
        let names = permissions.iter().filter(|one| one.held == held && one.name.contains('.'));
        names.map(|one| one.name).collect::<Vec<_>>()
    };
    let mut lines = vec![
        through("Register an application:", &["App registrations", "New registration"]),
        exact("Name:", registration.name()),
        line("Supported account types: accounts in this organizational directory only."),
        exact("Redirect URI, of the kind “Public client/native (mobile & desktop)”:", "http://localhost"),
    ];
    let delegated = names(Held::Delegated);
    if !delegated.is_empty() {
        lines.push(through("Turn on:", &["Authentication", "Allow public client flows"]));
        let path = ["API permissions", "Add a permission", "Microsoft Graph", "Delegated permissions"];
        lines.push(GuideLine { exact: Some(delegated.join(" ")), ..through("Add:", &path) });
    }
    let alone = names(Held::Alone);
    if !alone.is_empty() {
        let path = ["API permissions", "Add a permission", "Microsoft Graph", "Application permissions"];
        lines.push(GuideLine { exact: Some(alone.join(" ")), ..through("Add:", &path) });
        let path = ["Certificates & secrets", "Certificates", "Upload certificate"];
        lines.push(through("Save the certificate below as a file ending in .cer, and upload it:", &path));
    }
    lines.push(line("From its overview copy the application (client) id into the field here."));
    let mut guides = vec![portal(ENTRA, PortalPage::Entra, false, lines)];
    if let Some(certificate) = certificate {
        guides.push(block("Certificate (public part)", certificate.to_owned()));
    }
    guides.push(block("Manifest: permissions and redirect", manifest(registration, reading)));
    guides.push(block(
        "Script (PowerShell) that does all of this",
        script(installation, registration, certificate),
    ));
    guides
}

/// Granting consent.
pub(super) fn consent(installation: &Installation, registration: Registration) -> Vec<Guide> {
    let organisation = organisation(installation);
    vec![portal(
        "By hand, in the Entra admin center",
        PortalPage::Entra,
        true,
        vec![through(
            "Sign in there as an administrator, then:",
            &[
                "Enterprise applications",
                registration.name(),
                "Permissions",
                &format!("Grant admin consent for {organisation}"),
            ],
        )],
    )]
}

/// Making a key.
pub(super) fn key(key: Key) -> Vec<Guide> {
    let mut lines = vec![
        through("Sign in as an 8x8 administrator, then:", &["Home", "API Keys", "Create App"]),
        exact("App name, without spaces:", "PresenceSync"),
        exact("Tick the product:", key.product()),
        line("One app can carry several products, so the same key can serve every step here."),
        line("Save, and copy the key here. The secret beside it is not used."),
    ];
    if key == Key::Analytics {
        lines.push(line("Work Analytics also wants an 8x8 user with a password of its own (no single sign-on), who has opened Analytics for Work in a browser once. A user for this purpose alone is best."));
    }
    lines.push(line("A new key, or a product that was added, may take some minutes to work."));
    vec![portal("In 8x8 Admin Console", PortalPage::EightAdmin, false, lines)]
}

/// The public client that administrators sign in to.
pub(super) fn administration() -> Guide {
    Guide {
        folded: true,
        ..portal(
            "How to make an application for this, once",
            PortalPage::Entra,
            true,
            vec![
                through("Register an application:", &["App registrations", "New registration"]),
                exact("Name, for example:", "Presence Sync Setup"),
                exact(
                    "Redirect URI, of the kind “Public client/native (mobile & desktop)”:",
                    "http://localhost",
                ),
                through("Turn on:", &["Authentication", "Allow public client flows"]),
                line(
                    "It needs no permissions of its own: what is needed is asked for when you sign in, and shown to you then.",
                ),
                line("When everything is installed you can delete it."),
            ],
        )
    }
}

fn organisation(installation: &Installation) -> String {
    installation.organisation.as_ref().map_or_else(
        || "your organisation".to_owned(),
        |known| known.initial_domain.clone().unwrap_or_else(|| known.entered.clone()),
    )
}

/// The parts of an application manifest that matter (learn.microsoft.com, "Understand the app manifest").
fn manifest(registration: Registration, reading: Reading) -> String {
    let access: Vec<_> = registration
        .permissions(reading)
        .iter()
        .map(
            |one| json!({ "id": one.id, "type": if one.held == Held::Delegated { "Scope" } else { "Role" } }),
        )
        .collect();
    let manifest = json!({
        "displayName": registration.name(),
        "signInAudience": "AzureADMyOrg",
        "isFallbackPublicClient": !registration.has_certificate(reading),
        "publicClient": { "redirectUris": ["http://localhost"] },
        "requiredResourceAccess": [{ "resourceAppId": GRAPH, "resourceAccess": access }],
    });
    serde_json::to_string_pretty(&manifest).unwrap_or_default()
}

/// The same for Microsoft Graph PowerShell. Nothing in it comes from anywhere but this program and the organisation's id.
fn script(installation: &Installation, registration: Registration, certificate: Option<&str>) -> String {
    let reading = installation.reading;
    let tenant = installation.organisation.as_ref().map(|known| known.tenant.clone()).unwrap_or_default();
    let environment = match installation.cloud {
        crate::endpoints::Cloud::GccHigh => " -Environment USGov",
        crate::endpoints::Cloud::Dod => " -Environment USGovDoD",
        crate::endpoints::Cloud::Global | crate::endpoints::Cloud::China => "",
    };
    let access: Vec<String> = registration
        .permissions(reading)
        .iter()
        .map(|one| {
            let kind = if one.held == Held::Delegated { "Scope" } else { "Role" };
            format!("    @{{ Id = '{}'; Type = '{kind}' }}  # {}", one.id, one.name)
        })
        .collect();
    let public = if registration.has_certificate(reading) { "$false" } else { "$true" };
    let mut text = format!(
        "# Registers \"{name}\" for Presence Sync. Needs PowerShell 7 and: Install-Module Microsoft.Graph\n\
         Connect-MgGraph{environment} -TenantId '{tenant}' -Scopes Application.ReadWrite.All\n\
         $access = @(\n{access}\n)\n\
         $app = Get-MgApplication -Filter \"displayName eq '{name}'\" | Select-Object -First 1\n\
         if (-not $app) {{\n  $app = New-MgApplication -DisplayName '{name}' -SignInAudience AzureADMyOrg `\n    \
         -IsFallbackPublicClient:{public} -PublicClient @{{ RedirectUris = @('http://localhost') }} `\n    \
         -RequiredResourceAccess @{{ ResourceAppId = '{GRAPH}'; ResourceAccess = $access }}\n}}\n\
         if (-not (Get-MgServicePrincipal -Filter \"appId eq '$($app.AppId)'\")) {{\n  \
         New-MgServicePrincipal -AppId $app.AppId -Tags 'WindowsAzureActiveDirectoryIntegratedApp' | Out-Null\n}}\n",
        name = registration.name(),
        access = access.join("\n"),
    );
    if let Some(certificate) = certificate {
        let body: String = certificate.lines().filter(|line| !line.starts_with("-----")).collect();
        text.push_str(&format!(
            "$key = [Convert]::FromBase64String('{body}')\n\
             Update-MgApplication -ApplicationId $app.Id -KeyCredentials @(@{{\n  \
             Type = 'AsymmetricX509Cert'; Usage = 'Verify'; Key = $key }})\n"
        ));
    }
    text.push_str("\"Application (client) id: $($app.AppId)\"\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifest_and_script_name_every_permission_and_nothing_secret() {
        let installation = Installation::by_hand("11111111-2222-3333-4444-555555555555", "x");
        for one in Registration::ALL {
            let pem = "-----BEGIN CERTIFICATE-----\nAAAA\nBBBB\n-----END CERTIFICATE-----\n";
            let certificate = one.has_certificate(Reading::StatusUser).then_some(pem);
            let script = script(&installation, one, certificate);
            let manifest = manifest(one, Reading::StatusUser);
            for permission in one.permissions(Reading::StatusUser) {
                assert!(
                    manifest.contains(permission.id) && script.contains(permission.id),
                    "{}",
                    permission.name
                );
            }
            assert!(script.contains("11111111-2222-3333-4444-555555555555"));
            assert_eq!(script.contains("AAAABBBB"), certificate.is_some());
            assert!(!script.contains("PRIVATE"));
        }
    }
}
