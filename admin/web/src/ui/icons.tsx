export const RefreshIcon = () => (
  <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
    <path d="M13.5 8a5.5 5.5 0 1 1-1.7-4" />
    <path d="M13.5 1.5V4.5H10.5" />
  </svg>
);

/** The arrow of a sorted column, or the faint pair of one that could be sorted. */
export const SortIcon = ({ direction }: { direction: "ascending" | "descending" | null }) => (
  <svg class="sort-icon" viewBox="0 0 8 12" aria-hidden="true">
    {direction !== "descending" && <path d="M1 5 4 1.5 7 5" />}
    {direction !== "ascending" && <path d="M1 7 4 10.5 7 7" />}
  </svg>
);
