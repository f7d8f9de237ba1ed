#include "report/html/parts.hpp"

namespace skillrun::inline v0 {

std::string html_filter() {
  return R"(<form id="filter" role="search" aria-label="Filter the findings" hidden>
<label class="search"><span>Search</span> <input type="search" name="q" autocomplete="off" spellcheck="false" placeholder=" " aria-keyshortcuts="/"><kbd aria-hidden="true">/</kbd></label>
<fieldset><legend class="unseen">Severity</legend>
<label><input type="checkbox" name="severity" value="error" checked> Errors</label>
<label><input type="checkbox" name="severity" value="warning" checked> Warnings</label>
<label><input type="checkbox" name="severity" value="info" checked> Infos</label>
</fieldset>
<label>Rule <select name="rule"><option value="">all</option></select></label>
<label>Skill <select name="skill"><option value="">all</option></select></label>
<label>File <select name="file"><option value="">all</option></select></label>
<label>Waived <select name="waived"><option value="">shown</option><option value="no">hidden</option><option value="only">only these</option></select></label>
<p class="state"><output id="count" aria-live="polite"></output> <button type="button" id="clear" hidden>Clear filters</button></p>
</form>
)";
}

}  // namespace skillrun::inline v0
