using Coterie.WebConsole.Repair;

namespace Coterie.WebConsole.Pages;

/// <summary>How replicas stand, which follows by itself while the page is open; where there is a lab, replicas made to differ; and the trees of any two.</summary>
public sealed partial class RepairPage
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _leaving = new();
    private RepairOverview _overview = RepairOverview.Nothing;
    private bool _hasLab;
    private DivergenceLab? _lab;
    private TreeComparison? _comparison;

    public void Dispose()
    {
        _leaving.Cancel();
        _leaving.Dispose();
    }

    private Task RepairedAsync(RepairOutcome outcome) => _lab?.RepairedAsync(outcome) ?? Task.CompletedTask;

    protected override void OnInitialized() => _hasLab = Services.GetService(typeof(IRepairLab)) is not null;

    protected override async Task OnInitializedAsync() => _overview = await Trees.OverviewAsync();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        var leaving = _leaving.Token;
        using var timer = new PeriodicTimer(Pace, Time);
        try
        {
            while (await timer.WaitForNextTickAsync(leaving))
            {
                _overview = await Trees.OverviewAsync();
                StateHasChanged();
            }
        }
        catch (OperationCanceledException)
        {
            // The page is left.
        }
    }
}
