using Coterie.WebConsole.Cluster;
using Microsoft.AspNetCore.Components;

namespace Coterie.WebConsole.Pages;

/// <summary>A page that follows the nodes while it is open. All such pages, in all browsers, follow the same looks at them.</summary>
public abstract class WatchingPage : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _leaving = new();

    [Inject]
    internal IClusterWatch Watch { get; set; } = null!;

    public void Dispose()
    {
        _leaving.Cancel();
        _leaving.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        var leaving = _leaving.Token;
        long seen = 0;
        try
        {
            while (!leaving.IsCancellationRequested)
            {
                var moment = await Watch.NextAsync(seen, leaving);
                seen = moment.Number;
                Show(moment);
                StateHasChanged();
            }
        }
        catch (OperationCanceledException)
        {
            // The page is left, or the console ends.
        }
    }

    private protected abstract void Show(ClusterMoment moment);
}
