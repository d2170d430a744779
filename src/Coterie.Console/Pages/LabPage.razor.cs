using Coterie.Host.Workloads;
using Coterie.WebConsole.Lab;

namespace Coterie.WebConsole.Pages;

/// <summary>The lab, live. The page only looks and asks: what runs belongs to the desk and goes on when the page is closed, for a minute.</summary>
public sealed partial class LabPage
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    private readonly CancellationTokenSource _leaving = new();
    private ILabDesk? _desk;
    private LabSnapshot? _lab;
    private WorkloadKind _workload = WorkloadKind.Plain;
    private string? _problem;
    private string _announced = "";
    private bool _busy;

    public void Dispose()
    {
        _leaving.Cancel();
        _leaving.Dispose();
    }

    protected override void OnInitialized()
    {
        _desk = (ILabDesk?)Services.GetService(typeof(ILabDesk));
        if (_desk is null)
        {
            Navigation.NotFound();
            return;
        }

        _lab = _desk.Look();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender || _desk is null)
        {
            return;
        }

        var leaving = _leaving.Token;
        using var timer = new PeriodicTimer(Pace, Time);
        try
        {
            while (await timer.WaitForNextTickAsync(leaving))
            {
                _lab = _desk.Look();
                StateHasChanged();
            }
        }
        catch (OperationCanceledException)
        {
            // The page is left.
        }
    }

    private async Task StartAsync()
    {
        _busy = true;
        await TellAsync(_desk!.StartAsync(_workload), "The writes run.");
        _busy = false;
    }

    private Task StopAsync() => TellAsync(_desk!.StopAsync(), "The writes have ended.");

    private Task ActAsync(string node, LabAction action) => TellAsync(_desk!.DoAsync(node, action), action switch
    {
        LabAction.Kill => $"{node} was killed.",
        LabAction.Pause => $"{node} is paused.",
        LabAction.Resume => $"{node} goes on.",
        LabAction.CutOff => $"{node} is cut off from the others.",
        LabAction.Join => $"{node} and the others are joined again.",
        _ => $"{node} is started again.",
    });

    private async Task TellAsync(Task<string?> done, string what)
    {
        _problem = await done;
        _announced = _problem is null ? what : "";
        _lab = _desk!.Look();
    }
}
