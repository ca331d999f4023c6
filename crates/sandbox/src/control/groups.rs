//! Admin provisioning.

use super::Control;

impl Control {
    /// Lets the next operations of admin provisioning fail.
    pub fn fail_operations(&self, count: u32) {
        self.tenant.provisioning.fail(count);
    }
}
