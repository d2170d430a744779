using System.Globalization;
using System.Net;
using Coterie.Processes.Fixtures;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Coterie.Browser.ConsoleInBrowser))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Coterie.Browser;

/// <summary>A development cluster of three nodes with its console, and Debian's Chromium to look at it.</summary>
public sealed class ConsoleInBrowser : IAsyncLifetime
{
    public const int PhoneWidth = 360;
    public const int LaptopWidth = 1280;

    /// <summary>How long a page may take to show what a test waits for: for nodes that start again, beside other tests.</summary>
    public const int PatienceMs = 120_000;

    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    private readonly TemporaryDirectory _directory = new();
    private readonly IPAddress _first = Addresses.First();
    private CoterieProcess? _supervisor;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public string Address => $"http://{_first}:9080/";

    /// <summary>Pictures for people, kept with the build.</summary>
    public static string Pictures { get; } = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "pictures")).FullName;

    public async ValueTask InitializeAsync()
    {
        // What a test makes differ, it mends itself: nodes that compare by themselves may be faster.
        Environment.SetEnvironmentVariable("COTERIE__Repair__Enabled", "false");
        _supervisor = CoterieProcess.Start("dev", "--exit-with-parent", "--address", _first.ToString(), "--data", _directory.Path);
        Assertions.SetDefaultExpectTimeout(PatienceMs);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Executable() });
        await _supervisor.LineAsync(static line => line.StartsWith("console: ", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_supervisor is not null)
        {
            await _supervisor.DisposeAsync();
        }

        _directory.Dispose();
    }

    /// <summary>Opens a page of its own and waits until it is alive.</summary>
    public async Task<ConsolePage> OpenAsync(string query = "", int width = LaptopWidth, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
            HasTouch = width == PhoneWidth,
        });
        var page = new ConsolePage(context, await context.NewPageAsync(), Address);
        await page.GoAsync(query);
        return page;
    }

    /// <summary>Ends the process of a node as a power cut does.</summary>
    public void Kill(string node) => Signals.Send(ProcessOf(node), PosixSignalNumber.Kill);

    /// <summary>Stops the process of a node in its tracks.</summary>
    public void Pause(string node) => Signals.Send(ProcessOf(node), PosixSignalNumber.Stop);

    public void Resume(string node) => Signals.Send(ProcessOf(node), PosixSignalNumber.Continue);

    private int ProcessOf(string node) => int.Parse(File.ReadAllText(Path.Combine(_directory.Path, node, "coterie.pid")), CultureInfo.InvariantCulture);

    private static string Executable()
    {
        var places = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        return Names.SelectMany(name => places.Select(place => Path.Combine(place, name))).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("These tests need Chromium; on Debian: apt-get install chromium");
    }
}
