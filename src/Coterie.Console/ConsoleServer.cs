using System.Net;
using Coterie.WebConsole.Api;
using Coterie.WebConsole.Cluster;
using Coterie.WebConsole.Components;
using Coterie.WebConsole.Http;
using Coterie.WebConsole.Lab;
using Coterie.WebConsole.Query;
using Coterie.WebConsole.Quorum;
using Coterie.WebConsole.Quorum.Trial;
using Coterie.WebConsole.Repair;
using Coterie.WebConsole.Schema;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coterie.WebConsole;

/// <summary>
/// The console: pages for people and an API for programs on one address, for whoever is at this machine. It stands beside a node or a
/// development cluster and over nothing of it: what breaks here breaks nothing there.
/// </summary>
/// <remarks>
/// Built from the empty host, since the usual ones read settings files from the working directory and environment variables that were meant for
/// somebody else. Nothing is kept on disk: keys that protect what pages send back live as long as the process.
/// </remarks>
public sealed class ConsoleServer : IAsyncDisposable
{
    public const int Port = 9080;

    private const int ConnectionsMax = 100;
    private const int BodyBytesMax = 64 << 10;

    /// <summary>More than a query may have, so that one that is too long is told so.</summary>
    private const int RequestLineBytesMax = 4 * RequestGuard.QueryLengthMax;
    private const int CircuitMessageBytesMax = 64 << 10;
    private const int CircuitsKeptMax = 20;

    private static readonly TimeSpan CircuitKept = TimeSpan.FromMinutes(1);

    private readonly WebApplication _application;
    private readonly LabDesk? _lab;
    private readonly ClusterWatch _watch;
    private readonly FirstPage _firstPage = new();

    private ConsoleServer(IPEndPoint address, ConsoleCluster cluster, TimeProvider time, ILoggerFactory loggers, ILabNodes? lab)
    {
        _lab = lab is null ? null : new LabDesk(lab, time);
        _watch = new ClusterWatch(cluster, time);
        _application = Build(address, cluster, time, loggers, lab, _lab, _watch);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address { get; private set; } = new(IPAddress.None, 0);

    /// <param name="lab">Null: there is no lab, neither its page nor its API.</param>
    /// <exception cref="IOException">The address cannot be bound.</exception>
    public static async Task<ConsoleServer> StartAsync(
        IPEndPoint address, ConsoleCluster cluster, TimeProvider time, ILoggerFactory loggers, ILabNodes? lab, CancellationToken cancellationToken)
    {
        var server = new ConsoleServer(address, cluster, time, loggers, lab);
        try
        {
            await server._application.StartAsync(cancellationToken);
        }
        catch
        {
            await server._firstPage.DisposeAsync();
            await server._application.DisposeAsync();
            await server.EndLoopsAsync();
            throw;
        }

        var bound = server._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        server.Address = new IPEndPoint(address.Address, new Uri(bound).Port);
        server._firstPage.Ask(server.Address);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _firstPage.DisposeAsync();

        // A page that is open keeps its connection for ever; it is not waited for.
        using var atOnce = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _application.StopAsync(atOnce.Token);
        await _application.DisposeAsync();
        await EndLoopsAsync();
    }

    private async Task EndLoopsAsync()
    {
        await _watch.DisposeAsync();
        await (_lab?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private static WebApplication Build(
        IPEndPoint address, ConsoleCluster cluster, TimeProvider time, ILoggerFactory loggers, ILabNodes? nodes, LabDesk? lab, ClusterWatch watch)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = typeof(ConsoleServer).Assembly.GetName().Name });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Limits.MaxConcurrentUpgradedConnections = ConnectionsMax;
            kestrel.Limits.MaxRequestBodySize = BodyBytesMax;
            kestrel.Limits.MaxRequestLineSize = RequestLineBytesMax;
            kestrel.Listen(address);
        });
        builder.Services.AddSingleton<ILoggerFactory>(new QuietLoggerFactory(loggers));
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton(cluster);
        builder.Services.AddSingleton<Predictions>();
        builder.Services.AddSingleton<ClusterQueries>();
        builder.Services.AddSingleton<ClusterSchema>();
        builder.Services.AddSingleton<ITrialDesk, TrialDesk>();
        builder.Services.AddSingleton<IReplicaTrees, ReplicaTrees>();
        builder.Services.AddSingleton<PageToken>();
        builder.Services.AddSingleton<IClusterWatch>(watch);
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddRoutingCore();
        builder.Services.AddAntiforgery();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents(circuits =>
        {
            circuits.DisconnectedCircuitMaxRetained = CircuitsKeptMax;
            circuits.DisconnectedCircuitRetentionPeriod = CircuitKept;
        }).AddHubOptions(hub => hub.MaximumReceiveMessageSize = CircuitMessageBytesMax);
        if (nodes is not null && lab is not null)
        {
            builder.Services.AddSingleton(nodes);
            builder.Services.AddSingleton<ILabDesk>(lab);
            builder.Services.AddSingleton<IRepairLab, RepairLab>();
        }

        var application = builder.Build();
        application.UseWhen(static context => HttpMethods.IsGet(context.Request.Method), static pages => pages.UseStatusCodePagesWithReExecute("/no-page/{0}"));
        application.Use(next => new RequestGuard(next).InvokeAsync);
        application.UseRouting();
        application.UseAntiforgery();
        EmbeddedAssets.Map(application);
        ConsoleApi.Map(application, lab);
        application.MapRazorComponents<App>().AddInteractiveServerRenderMode(static options =>
        {
            // Over loopback compression only costs; and without it there is nothing to protect from being read by its length.
            options.DisableWebSocketCompression = true;
        });
        return application;
    }
}
