//! What the page can ask for: one thin function per intent or view.

#![expect(clippy::needless_pass_by_value, reason = "Tauri hands over what a command takes")]

use std::sync::PoisonError;

use presence::engine::event::Intent;
use presence::error::Problem;
use presence::session::Session;
use presence::settings::{Mode, Settings};
use presence::view::board::{self, Query, Window};
use presence::view::detail::{self, Detail};
use presence::view::health::{self, Health};
use presence::view::status::{self, Status};
use serde::Serialize;
use tauri::ipc::Invoke;
use tauri::{AppHandle, State, generate_handler};

use crate::app::App;
use crate::running::SANDBOX_PEOPLE;
use crate::{desktop, window};

type Answer<T> = Result<T, Problem>;

pub(crate) fn handler() -> impl Fn(Invoke) -> bool + Send + Sync + 'static {
    generate_handler![
        board,
        call,
        cancel_sign_in,
        choose_organisation,
        choose_sandbox,
        copy_extension,
        copy_sign_in_address,
        detail,
        health,
        initial_page,
        leave,
        organisation,
        resume,
        sandbox,
        sign_in,
        status,
        sync_now,
    ]
}

#[tauri::command(async)]
fn status(own: State<'_, App>) -> Status {
    own.snapshot().map_or_else(status::first_run, |snapshot| status::status(&snapshot))
}

#[tauri::command(async)]
fn board(own: State<'_, App>, query: Query) -> Answer<Window> {
    let snapshot = own.snapshot().ok_or_else(nothing)?;
    Ok(board::window(&snapshot, &query))
}

#[tauri::command(async)]
fn detail(own: State<'_, App>, id: String) -> Option<Detail> {
    own.snapshot().and_then(|snapshot| detail::detail(&snapshot, &id))
}

#[tauri::command(async)]
fn health(own: State<'_, App>) -> Answer<Health> {
    own.snapshot().map(|snapshot| health::health(&snapshot)).ok_or_else(nothing)
}

#[tauri::command]
fn initial_page(own: State<'_, App>) -> window::Page {
    *own.page.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Serialize)]
struct SandboxTenant {
    people: usize,
}

#[tauri::command]
fn sandbox() -> SandboxTenant {
    SandboxTenant { people: SANDBOX_PEOPLE }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Organisation {
    tenant: String,
    client_id: String,
}

#[tauri::command]
fn organisation(own: State<'_, App>) -> Organisation {
    let (tenant, client_id) = own.organisation();
    Organisation { tenant, client_id }
}

#[tauri::command]
async fn choose_organisation(
    app: AppHandle,
    own: State<'_, App>,
    tenant: String,
    client_id: String,
) -> Answer<()> {
    let chosen =
        |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty() && text.len() <= 253);
    let (tenant, client_id) = (chosen(&tenant), chosen(&client_id));
    if tenant.is_none() || client_id.is_none() {
        let cause = "Both the organisation and the application are needed.";
        return Err(Problem::new(
            "window.organisation",
            "Something is missing.",
            cause,
            "Fill in both fields.",
        ));
    }
    own.choose(&app, Settings { mode: Some(Mode::Organisation), tenant, client_id, ..Settings::default() })
        .await
}

#[tauri::command]
async fn choose_sandbox(app: AppHandle, own: State<'_, App>) -> Answer<()> {
    own.choose(&app, Settings { mode: Some(Mode::Sandbox), ..Settings::default() }).await
}

/// Back to the first run. The keychain keeps nothing of an organisation that was left.
#[tauri::command]
async fn leave(app: AppHandle, own: State<'_, App>) -> Answer<()> {
    own.forget().await?;
    own.choose(&app, Settings::default()).await
}

#[tauri::command]
fn sign_in(own: State<'_, App>) -> Answer<()> {
    wish(&own, Intent::SignIn)
}

#[tauri::command]
fn cancel_sign_in(own: State<'_, App>) -> Answer<()> {
    wish(&own, Intent::CancelSignIn)
}

#[tauri::command]
fn sync_now(own: State<'_, App>) -> Answer<()> {
    wish(&own, Intent::SyncNow)
}

#[tauri::command]
fn resume(own: State<'_, App>) -> Answer<()> {
    wish(&own, Intent::Resume)
}

#[tauri::command(async)]
fn copy_sign_in_address(own: State<'_, App>) -> Answer<()> {
    match own.snapshot().map(|snapshot| snapshot.session) {
        Some(Session::Waiting { address: Some(address), .. }) => own.copies.copy(&address),
        _ => Err(nothing()),
    }
}

#[tauri::command(async)]
fn copy_extension(own: State<'_, App>, id: String) -> Answer<()> {
    let found = own.snapshot().and_then(|snapshot| detail::detail(&snapshot, &id)).ok_or_else(nothing)?;
    own.copies.copy(&found.line.extension)
}

#[tauri::command(async)]
fn call(own: State<'_, App>, id: String) -> Answer<()> {
    let found = own.snapshot().and_then(|snapshot| detail::detail(&snapshot, &id)).ok_or_else(nothing)?;
    desktop::call(&found.line.extension)
}

fn wish(own: &App, intent: Intent) -> Answer<()> {
    own.handle().map(|handle| handle.send(intent)).ok_or_else(nothing)
}

fn nothing() -> Problem {
    let cause = "What it was about is no longer there.";
    Problem::new("window.gone", "Nothing to do.", cause, "Choose again.")
}
