//! Where the window stands: beside the others, or narrow at the edge of the screen, and above them if so wished.

use std::sync::{Mutex, PoisonError};

use presence::preferences::Look;
use tauri::{LogicalSize, PhysicalPosition, PhysicalSize, WebviewWindow};

/// Width of a window at the edge, in logical pixels.
const NARROW: f64 = 360.0;

/// How the window stands now, and how it stood before it went to the edge.
#[derive(Default)]
pub(crate) struct Place(Mutex<State>);

#[derive(Default)]
struct State {
    docked: bool,
    on_top: bool,
    before: Option<(PhysicalPosition<i32>, PhysicalSize<u32>)>,
}

impl Place {
    /// A new window stands as windows do.
    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = State::default();
    }

    /// Whether the window stands where the preferences have it.
    pub(crate) fn stands(&self, look: &Look) -> bool {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.docked == look.docked && state.on_top == look.on_top
    }

    /// Puts the window where the preferences have it, if it is not there.
    pub(crate) fn arrange(&self, window: &WebviewWindow, look: &Look) -> tauri::Result<()> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.on_top != look.on_top {
            state.on_top = look.on_top;
            window.set_always_on_top(look.on_top)?;
        }
        if state.docked == look.docked {
            return Ok(());
        }
        state.docked = look.docked;
        if !look.docked {
            if let Some((position, size)) = state.before.take() {
                window.set_size(size)?;
                window.set_position(position)?;
            }
            return Ok(());
        }
        state.before = Some((window.outer_position()?, window.inner_size()?));
        window.unmaximize()?;
        let Some(monitor) = window.current_monitor()? else { return Ok(()) };
        let (area, scale) = (monitor.work_area(), monitor.scale_factor());
        // What the system draws around the page takes some of the height.
        let frame = window.outer_size()?.height.saturating_sub(window.inner_size()?.height);
        let height = f64::from(area.size.height.saturating_sub(frame)) / scale;
        window.set_size(LogicalSize::new(NARROW, height))?;
        let width = (NARROW * scale).round();
        let left = f64::from(area.position.x) + f64::from(area.size.width) - width;
        #[expect(clippy::cast_possible_truncation, reason = "no screen is that wide")]
        window.set_position(PhysicalPosition::new(left as i32, area.position.y))
    }
}
