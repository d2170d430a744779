using Coterie.WebConsole.Cluster;
using Coterie.WebConsole.Metrics;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.WebUtilities;

namespace Coterie.WebConsole.Pages;

/// <summary>The metrics of all nodes. The filter is in the address of the page, which restores it.</summary>
public sealed partial class MetricsPage
{
    // What is in the field at first. After that the browser alone writes there: sent back from here, what was typed a moment ago would overwrite what has been typed since.
    private string _first = "";
    private string _filter = "";
    private string? _problem;
    private ClusterMoment? _moment;
    private MetricsReport? _report;

    protected override void OnInitialized()
    {
        var asked = QueryHelpers.ParseQuery(Navigation.ToAbsoluteUri(Navigation.Uri).Query).TryGetValue("filter", out var filter) ? filter.ToString() : "";
        if (asked.Length > MetricsView.FilterLengthMax)
        {
            _problem = $"The link to this page has a filter of more than {MetricsView.FilterLengthMax} characters. All metrics are here instead.";
            return;
        }

        _first = _filter = asked;
    }

    private protected override void Show(ClusterMoment moment)
    {
        _moment = moment;
        _report = MetricsView.Of(moment, _filter);
    }

    private void FilterBy(ChangeEventArgs change)
    {
        var filter = change.Value as string ?? "";
        _filter = filter.Length <= MetricsView.FilterLengthMax ? filter : filter[..MetricsView.FilterLengthMax];
        _problem = null;
        if (_moment is { } moment)
        {
            Show(moment);
        }

        Navigation.NavigateTo(_filter.Length == 0 ? "metrics" : $"metrics?filter={Uri.EscapeDataString(_filter)}", replace: true);
    }

    private static string Found(MetricsReport report) =>
        report.Families.Count < report.FamiliesFound ? $"the first {report.Families.Count} of {report.FamiliesFound} metrics that match"
        : report.FamiliesFound < report.FamiliesTotal ? $"{report.FamiliesFound} of {report.FamiliesTotal} metrics"
        : $"{report.FamiliesTotal} metrics";
}
