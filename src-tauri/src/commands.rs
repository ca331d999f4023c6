//! What the page can ask for: one thin function per intent or view.

#![expect(clippy::needless_pass_by_value, reason = "Tauri hands over what a command takes")]

use std::sync::PoisonError;

use presence::desk::Wish;
use presence::desktop::{Desktop, SystemBrowser};
use presence::engine::event::Intent;
use presence::error::Problem;
use presence::imports::ImportWish;
use presence::session::Session;
use presence::settings::Mode;
use presence::setup::event::Request;
use presence::view;
use presence::view::board::{self, Query, Window};
use presence::view::detail::{self, Detail};
use presence::view::diagnostics::Diagnostics;
use presence::view::health::{self, Health};
use presence::view::matches::{self, Matches};
use presence::view::menu::Choice;
use presence::view::setup::{self, PortalPage, Setup};
use presence::view::status::{self, Status};
use serde::{Deserialize, Serialize};
use tauri::ipc::Invoke;
use tauri::{AppHandle, State, generate_handler};

use crate::app::App;
use crate::running::SANDBOX_PEOPLE;
use crate::{desktop, window};

/// Nothing that the page shows for copying is nearly this long.
const LONGEST_COPY: usize = 64 << 10;

type Answer<T> = Result<T, Problem>;

pub(crate) fn handler() -> impl Fn(Invoke) -> bool + Send + Sync + 'static {
    generate_handler![
        board,
        call,
        cancel_sign_in,
        chat,
        choose_organisation,
        choose_rehearsal,
        choose_sandbox,
        copy_extension,
        copy_setup_address,
        copy_setup_password,
        copy_sign_in_address,
        copy_text,
        desk,
        detail,
        diagnostics,
        diagnostics_file,
        email,
        export_diagnostics,
        health,
        initial_page,
        leave,
        export_matches,
        import,
        matches,
        open_page,
        pause,
        rehearsal_notes,
        remove_everything,
        resume,
        sandbox,
        settings,
        setup,
        setup_do,
        setup_password,
        sign_in,
        sign_out,
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
fn initial_page(own: State<'_, App>) -> window::Opening {
    own.page.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Pins, notes, who is waited for, preferences.
#[tauri::command]
fn desk(own: State<'_, App>, wish: Wish) -> Answer<()> {
    own.handle().map(|handle| handle.desk(wish)).ok_or_else(nothing)
}

#[tauri::command(async)]
fn settings(own: State<'_, App>) -> Answer<view::settings::Settings> {
    own.snapshot().map(|snapshot| view::settings::settings(&snapshot)).ok_or_else(nothing)
}

/// Puts together what could be exported. What is shown, and nothing else, is what is exported afterwards.
#[tauri::command(async)]
fn diagnostics(own: State<'_, App>) -> Diagnostics {
    let archive = presence::diagnostics::collect(own.snapshot().as_ref(), own.profile());
    let shown = view::diagnostics::diagnostics(&archive);
    *own.archive.lock().unwrap_or_else(PoisonError::into_inner) = Some(archive);
    shown
}

#[tauri::command(async)]
fn diagnostics_file(own: State<'_, App>, name: String) -> Answer<String> {
    let archive = own.archive.lock().unwrap_or_else(PoisonError::into_inner);
    let files = archive.iter().flat_map(|archive| &archive.files);
    let mut found = files.filter(|file| file.name == name);
    found.next().map(|file| file.text.clone()).ok_or_else(nothing)
}

/// Writes what was shown into the user's folder for downloads, and tells where it is.
#[tauri::command(async)]
fn export_diagnostics(app: AppHandle, own: State<'_, App>) -> Answer<String> {
    let archive = own.archive.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or_else(nothing)?;
    desktop::save_download(&app, &archive.name, "zip", &archive.pack()?)
}

/// Signs out, and removes keys, settings, notes and pins from this computer.
#[tauri::command]
async fn remove_everything(app: AppHandle, own: State<'_, App>) -> Answer<()> {
    own.erase(&app).await
}

#[derive(Serialize)]
struct SandboxTenant {
    people: usize,
}

#[tauri::command]
fn sandbox() -> SandboxTenant {
    SandboxTenant { people: SANDBOX_PEOPLE }
}

#[tauri::command]
async fn choose_organisation(app: AppHandle, own: State<'_, App>) -> Answer<()> {
    own.choose(&app, Some(Mode::Organisation)).await
}

#[tauri::command]
async fn choose_rehearsal(app: AppHandle, own: State<'_, App>) -> Answer<()> {
    own.choose(&app, Some(Mode::Rehearsal)).await
}

#[tauri::command]
async fn choose_sandbox(app: AppHandle, own: State<'_, App>) -> Answer<()> {
    own.choose(&app, Some(Mode::Sandbox)).await
}

/// Back to the first run. The keychain keeps nothing of an organisation that was left.
#[tauri::command]
async fn leave(app: AppHandle, own: State<'_, App>) -> Answer<()> {
    own.leave(&app).await
}

#[tauri::command]
fn sign_in(own: State<'_, App>) -> Answer<()> {
    wish(&own, Intent::SignIn)
}

#[tauri::command]
fn sign_out(own: State<'_, App>) -> Answer<()> {
    wish(&own, Intent::SignOut)
}

/// How long a pause is to last.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Span {
    Hour,
    Tomorrow,
    UntilResumed,
}

#[tauri::command]
fn pause(own: State<'_, App>, span: Span) -> Answer<()> {
    let handle = own.handle().ok_or_else(nothing)?;
    let choice = match span {
        Span::Hour => Choice::PauseHour,
        Span::Tomorrow => Choice::PauseTomorrow,
        Span::UntilResumed => Choice::Pause,
    };
    choice.intent(handle.now()).map(|intent| handle.send(intent)).ok_or_else(nothing)
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

#[tauri::command(async)]
fn email(own: State<'_, App>, id: String) -> Answer<()> {
    let found = own.snapshot().and_then(|snapshot| detail::detail(&snapshot, &id)).ok_or_else(nothing)?;
    desktop::open_link(found.mail_link())
}

#[tauri::command(async)]
fn chat(own: State<'_, App>, id: String) -> Answer<()> {
    let found = own.snapshot().and_then(|snapshot| detail::detail(&snapshot, &id)).ok_or_else(nothing)?;
    let cloud = own.snapshot().map(|snapshot| snapshot.setup.installation.cloud).unwrap_or_default();
    desktop::open_link(found.chat_link(cloud))
}

#[tauri::command(async)]
fn setup(own: State<'_, App>) -> Answer<Setup> {
    own.snapshot().map(|snapshot| setup::setup(&snapshot)).ok_or_else(nothing)
}

#[tauri::command]
fn setup_do(own: State<'_, App>, request: Request) -> Answer<()> {
    own.handle().map(|handle| handle.ask(request)).ok_or_else(nothing)
}

/// The one secret that the page shows, and only when somebody asks to see it.
#[tauri::command]
fn setup_password(own: State<'_, App>) -> Option<String> {
    own.snapshot()?.setup.password.as_ref().map(|password| password.expose().to_owned())
}

#[tauri::command(async)]
fn copy_setup_password(own: State<'_, App>) -> Answer<()> {
    let snapshot = own.snapshot().ok_or_else(nothing)?;
    let password = snapshot.setup.password.as_ref().ok_or_else(nothing)?;
    own.copies.copy(password.expose())
}

#[tauri::command(async)]
fn copy_setup_address(own: State<'_, App>) -> Answer<()> {
    let snapshot = own.snapshot().ok_or_else(nothing)?;
    let address = setup::address(&snapshot).ok_or_else(nothing)?;
    own.copies.copy(&address)
}

/// A manifest, a script, a name: texts that the page shows in full.
#[tauri::command(async)]
fn copy_text(own: State<'_, App>, text: String) -> Answer<()> {
    if text.len() > LONGEST_COPY {
        return Err(nothing());
    }
    own.copies.copy(&text)
}

#[tauri::command(async)]
fn open_page(own: State<'_, App>, page: PortalPage) -> Answer<()> {
    let snapshot = own.snapshot().ok_or_else(nothing)?;
    SystemBrowser.open_address(setup::page(&snapshot, page))
}

#[derive(Serialize)]
struct Note {
    label: &'static str,
    value: String,
}

/// What whoever rehearses has to enter; nothing for a real organisation.
#[tauri::command]
async fn rehearsal_notes(own: State<'_, App>) -> Answer<Vec<Note>> {
    Ok(own.notes().await.into_iter().map(|(label, value)| Note { label, value }).collect())
}

#[tauri::command(async)]
fn matches(own: State<'_, App>, query: matches::Query) -> Answer<Matches> {
    own.snapshot().map(|snapshot| matches::matches(&snapshot, &query)).ok_or_else(nothing)
}

/// Writes the match report into the user's folder for downloads, and tells where it is.
#[tauri::command(async)]
fn export_matches(app: AppHandle, own: State<'_, App>) -> Answer<String> {
    let snapshot = own.snapshot().ok_or_else(nothing)?;
    desktop::save_download(&app, "presence-sync-matches", "csv", matches::csv(&snapshot).as_bytes())
}

#[tauri::command]
fn import(own: State<'_, App>, wish: ImportWish) -> Answer<()> {
    self::wish(&own, Intent::Import(wish))
}

fn wish(own: &App, intent: Intent) -> Answer<()> {
    own.handle().map(|handle| handle.send(intent)).ok_or_else(nothing)
}

fn nothing() -> Problem {
    let cause = "What it was about is no longer there.";
    Problem::new("window.gone", "Nothing to do.", cause, "Choose again.")
}
