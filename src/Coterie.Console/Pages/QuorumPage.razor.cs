using Coterie.WebConsole.Quorum;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.WebUtilities;

namespace Coterie.WebConsole.Pages;

/// <summary>
/// The calculator. Verdicts follow a slider at once; what is predicted by trying follows when it rests for a moment, and so does the address of the page,
/// which restores all of it.
/// </summary>
public sealed partial class QuorumPage
{
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(120);

    // Where the page itself has gone, until the browser has said so. By then somebody may have moved on, and must not be taken back.
    private readonly List<string> _ownMoves = [];

    private QuorumState _state = new();
    private Prediction? _prediction;
    private CancellationTokenSource _resting = new();

    /// <summary>All of a link; otherwise those that do not stand beside their field.</summary>
    private IReadOnlyList<string> Problems => _state.IsFromLink
        ? [.. _state.Problems.Select(static problem => problem.Key is { } key ? $"{key}: {problem.Text}" : problem.Text)]
        : [.. _state.Problems.Where(static problem => problem.Key is null).Select(static problem => problem.Text)];

    public void Dispose()
    {
        Navigation.LocationChanged -= OnLocationChanged;
        _resting.Cancel();
        _resting.Dispose();
    }

    protected override void OnInitialized()
    {
        Read();
        Navigation.LocationChanged += OnLocationChanged;
    }

    private void Read()
    {
        var query = QueryHelpers.ParseQuery(Navigation.ToAbsoluteUri(Navigation.Uri).Query);
        _state = QuorumState.FromLink(key => query.GetValueOrDefault(key), Trials.Measured, query.Keys);
        _prediction = Predictions.Of(_state.Question);
    }

    private async Task ChangedAsync()
    {
        _resting.Cancel();
        _resting.Dispose();
        _resting = new CancellationTokenSource();
        var resting = _resting.Token;
        StateHasChanged();
        try
        {
            await Task.Delay(Rest, Time, resting);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        _prediction = Predictions.Of(_state.Question);
        if (_state.Problems.Count == 0)
        {
            MoveTo(Address());
        }
    }

    private void MoveTo(string address)
    {
        if (address != Navigation.Uri)
        {
            _ownMoves.Add(address);
            Navigation.NavigateTo(address, replace: true);
        }
    }

    private string Address() => Navigation.BaseUri + QuorumQuery.Link(_state.Question);

    private void OnLocationChanged(object? sender, LocationChangedEventArgs change)
    {
        if (!_ownMoves.Remove(change.Location) && change.Location != Address())
        {
            Read();
            StateHasChanged();
        }
    }
}
